package io.lectio.host;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Signals of signal(7), by number as on x86 and ARM.
public final class Signals {
    public static final int KILL = 9;
    public static final int ALRM = 14;
    public static final int CONT = 18;
    public static final int STOP = 19;

    /// From 1 on.
    private static final List<String> NAMES =
            List.of(("HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM"
                            + " TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS")
                    .split(" "));

    /// Where it stands after the name in proc's `stat`; see proc(5).
    private static final int TERMINAL = 4;

    private Signals() {}

    /// How a process has ended that a signal has ended.
    public static String show(int signal) {
        return "signal " + signal + (signal > 0 && signal <= NAMES.size() ? " (" + NAMES.get(signal - 1) + ")" : "");
    }

    /// @return whether there was such a process and it might be signalled
    public static boolean send(int pid, int signal) {
        if (pid <= 0) {
            throw new IllegalArgumentException("no process but a group: " + pid);
        }
        try {
            return (int) Call.KILL.invokeExact(pid, signal) == 0;
        } catch (Throwable e) {
            throw new IllegalStateException("kill could not be called", e);
        }
    }

    /// What SIGHUP does, which `systemctl reload` sends. Where there is a terminal it is that terminal's end, and
    /// goes on ending the process. By reflection, since the compiler warns of `sun.misc` whatever one says to it.
    public static void onHangup(Runnable reload) throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        String terminal = stat.substring(stat.lastIndexOf(')') + 2).split(" ")[TERMINAL];
        if (terminal.equals("0")) {
            try {
                Class<?> signal = Class.forName("sun.misc.Signal");
                Class<?> handler = Class.forName("sun.misc.SignalHandler");
                Object onSignal =
                        Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, (_, _, _) -> {
                            reload.run();
                            return reload; // nobody takes it
                        });
                signal.getMethod("handle", signal, handler)
                        .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), onSignal);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("SIGHUP could not be caught", e);
            }
        }
    }

    /// Bound when first called.
    private static final class Call {
        private static final MethodHandle KILL = Linker.nativeLinker()
                .downcallHandle(
                        Linker.nativeLinker().defaultLookup().findOrThrow("kill"),
                        FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    }
}
