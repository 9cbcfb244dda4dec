package io.lectio.host;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Has systemd keep the listening sockets of a unit's main process over a restart, so that who connects meanwhile waits
/// and is not refused: it hands them to the next run, as it does those of a socket unit. The unit needs
/// `FileDescriptorStoreMax=` and `NotifyAccess=`, this process root's rights.
///
/// A run that does not take them for its own could not listen at their addresses; gunicorn takes them. And they are not
/// to stay there, since a changed `--bind` would be ignored.
///
/// Source: systemd.service(5), sd_pid_notify_with_fds(3), pidfd_getfd(2), gunicorn's sock.py.
public final class SocketStore {
    /// So many at most.
    public static final int ROOM = 8;

    private static final String NAME = "FDNAME=lectio";
    private static final long PIDFD_OPEN = 434;
    private static final long PIDFD_GETFD = 438;

    private SocketStore() {}

    /// Hands them to systemd, all or none. Not those with a path, which gunicorn deletes at its end.
    ///
    /// @return how many it is to have now
    public static int keep(int pid) throws IOException {
        Map<Integer, String> listening = Listeners.descriptors(pid);
        if (listening.isEmpty()
                || listening.size() > ROOM
                || listening.values().stream().anyMatch(address -> address.startsWith("/"))) {
            return 0;
        }
        List<Integer> ours = new ArrayList<>();
        int process = call(PIDFD_OPEN, pid, 0);
        try {
            for (int its : listening.keySet()) {
                ours.add(call(PIDFD_GETFD, process, its));
            }
            boolean all = !ours.contains(-1);
            return all && SdNotify.sendAs(pid, "FDSTORE=1\n" + NAME, ours) ? ours.size() : 0;
        } finally {
            ours.add(process);
            ours.stream().filter(each -> each >= 0).forEach(SdNotify::close);
        }
    }

    /// Has systemd close what it was handed.
    ///
    /// @param pid the main process by now
    public static void drop(int pid) {
        boolean _ = SdNotify.sendAs(pid, "FDSTOREREMOVE=1\n" + NAME, List.of());
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
