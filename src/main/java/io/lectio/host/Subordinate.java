package io.lectio.host;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// What a process of ours makes of itself. Sources: setsid(2), setresuid(2), prctl(2); the C library changes the
/// user of all threads at once.
public final class Subordinate {
    private static final int SET_PARENT_DEATH_SIGNAL = 1;

    private Subordinate() {}

    /// From now on no terminal's Ctrl-C or hang-up reaches it.
    public static void leaveTerminal() {
        int _ = call("setsid", FunctionDescriptor.of(JAVA_INT)); // refused to who leads a group already: as good
    }

    /// Gives root's rights away, for good; who is not root has none to give.
    public static void become(String user) throws IOException {
        if (!Accounts.isRoot()) {
            return;
        }
        WebUser account = WebUser.lookUp(user);
        FunctionDescriptor three = FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
        boolean became =
                call("setgroups", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS), 0L, MemorySegment.NULL) == 0
                        && call("setresgid", three, account.gid(), account.gid(), account.gid()) == 0
                        && call("setresuid", three, account.uid(), account.uid(), account.uid()) == 0;
        if (!became) {
            throw new IOException("this process may not become " + user);
        }
    }

    /// The kernel kills this process when the thread ends that started it, however that comes about, and though this
    /// one be stopped. A change of user undoes it; the calling thread must live on.
    public static void endWithParent(long parent) {
        FunctionDescriptor two = FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG);
        int _ = call("prctl", two, SET_PARENT_DEATH_SIGNAL, (long) Signals.KILL);
        if (ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L) != parent) {
            Runtime.getRuntime().halt(1); // it ended before
        }
    }

    private static int call(String name, FunctionDescriptor shape, Object... arguments) {
        Linker linker = Linker.nativeLinker();
        MethodHandle handle = linker.downcallHandle(linker.defaultLookup().findOrThrow(name), shape);
        try {
            return (int) handle.invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new IllegalStateException(name + " could not be called", e);
        }
    }
}
