package io.lectio.host;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;

/// Has systemd keep the listening socket of a unit's main process over a restart, so that who connects meanwhile waits
/// and is not refused: it hands it to the next run, as it does that of a socket unit. The unit needs
/// `FileDescriptorStoreMax=` and `NotifyAccess=`, this process root's rights.
///
/// A run that does not take it for its own could not listen at its address; gunicorn takes whatever it is given, and
/// then listens nowhere else.
///
/// Source: systemd.service(5), sd_pid_notify_with_fds(3), pidfd_getfd(2), gunicorn's sock.py. Seen on systemd 252, 257.
public final class SocketStore {
    private static final long PIDFD_OPEN = 434;
    private static final long PIDFD_GETFD = 438;

    private SocketStore() {}

    /// Hands it over, where it is the only one, and by TCP: that of a path gunicorn deletes at its end.
    ///
    /// @return whether systemd was told; that it has it, it says as `NFileDescriptorStore`
    public static boolean keep(int pid) throws IOException {
        int process = call(PIDFD_OPEN, pid, 0); // first: from here on the number is this process's
        int own = (int) ProcessHandle.current().pid();
        int copy = -1;
        try {
            SortedMap<Integer, String> listening = Listeners.descriptors(pid);
            Set<String> addresses = new TreeSet<>(listening.values());
            if (process < 0
                    || addresses.size() != 1
                    || addresses.iterator().next().matches("[/@].*")) {
                return false;
            }
            copy = call(PIDFD_GETFD, process, listening.firstKey());
            return copy >= 0
                    && addresses.contains(Listeners.descriptors(own).getOrDefault(copy, ""))
                    && SdNotify.sendAs(pid, "FDSTORE=1\nFDNAME=lectio", copy);
        } finally {
            SdNotify.close(copy);
            SdNotify.close(process);
        }
    }

    /// @return below 0 where it was refused
    private static int call(long number, int first, int second) {
        try {
            return (int) (long) Call.SYSCALL.invokeExact(number, first, second, 0);
        } catch (Throwable e) {
            throw new IllegalStateException("the kernel could not be called", e);
        }
    }

    /// Bound when first called.
    private static final class Call {
        private static final MethodHandle SYSCALL = Linker.nativeLinker()
                .downcallHandle(
                        Linker.nativeLinker().defaultLookup().findOrThrow("syscall"),
                        FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT),
                        Linker.Option.firstVariadicArg(1));
    }
}
