package io.lectio.host;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// What a service tells systemd of itself, by the datagram socket that it names; the JDK opens none such. Source:
/// sd_notify(3), unix(7).
public final class SdNotify {
    private static final String SOCKET = System.getenv().getOrDefault("NOTIFY_SOCKET", "");
    private static final short AF_UNIX = 1;
    /// `SOCK_DGRAM` and `SOCK_CLOEXEC`.
    private static final int DATAGRAM = 0x80002;
    /// `MSG_DONTWAIT` and `MSG_NOSIGNAL`: a systemd that does not read holds up nothing.
    private static final int AT_ONCE = 0x4040;

    private static final int LONGEST_PATH = 107;

    private SdNotify() {}

    /// Whether this is the main process of a unit that is to say when it is ready.
    public static boolean isWanted() {
        return !SOCKET.isEmpty();
    }

    /// @param assignments such as `READY=1`, one a line
    /// @return whether it was taken, or nobody wants it
    public static boolean send(String assignments) {
        return SOCKET.isEmpty() || send(SOCKET, assignments);
    }

    static boolean send(String socket, String assignments) {
        Optional<byte[]> path = path(socket);
        if (path.isEmpty()) {
            return false;
        }
        byte[] text = assignments.getBytes(UTF_8);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(Short.BYTES + LONGEST_PATH + 1L, Short.BYTES);
            address.set(JAVA_SHORT, 0, AF_UNIX);
            MemorySegment.copy(path.get(), 0, address, JAVA_BYTE, Short.BYTES, path.get().length);
            int descriptor = (int) Call.SOCKET.invokeExact((int) AF_UNIX, DATAGRAM, 0);
            if (descriptor < 0) {
                return false;
            }
            try {
                long sent = (long) Call.SENDTO.invokeExact(
                        descriptor,
                        arena.allocateFrom(JAVA_BYTE, text),
                        (long) text.length,
                        AT_ONCE,
                        address,
                        Short.BYTES + path.get().length);
                return sent == text.length;
            } finally {
                int _ = (int) Call.CLOSE.invokeExact(descriptor);
            }
        } catch (Throwable e) {
            throw new IllegalStateException("systemd could not be told", e);
        }
    }

    /// A path, or with a leading `@` an abstract name, which has a zero in that place and none at its end.
    private static Optional<byte[]> path(String socket) {
        byte[] name = socket.getBytes(UTF_8);
        if (name.length == 0 || name.length > LONGEST_PATH || (name[0] != '/' && name[0] != '@')) {
            return Optional.empty();
        }
        if (name[0] == '@') {
            name[0] = 0;
        }
        return Optional.of(name);
    }

    /// Bound when first called.
    private static final class Call {
        private static final MethodHandle SOCKET = bind("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
        private static final MethodHandle SENDTO =
                bind("sendto", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
        private static final MethodHandle CLOSE = bind("close", JAVA_INT, JAVA_INT);

        private static MethodHandle bind(String name, MemoryLayout result, MemoryLayout... arguments) {
            return Linker.nativeLinker()
                    .downcallHandle(
                            Linker.nativeLinker().defaultLookup().findOrThrow(name),
                            FunctionDescriptor.of(result, arguments));
        }
    }
}
