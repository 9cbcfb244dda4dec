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
import java.util.function.Function;

/// What a service tells systemd of itself, by the datagram socket that it names; the JDK opens none such. Source:
/// sd_notify(3), unix(7), cmsg(3).
public final class SdNotify {
    private static final String SOCKET = System.getenv().getOrDefault("NOTIFY_SOCKET", "");
    private static final short AF_UNIX = 1;
    /// `SOCK_DGRAM` and `SOCK_CLOEXEC`.
    private static final int DATAGRAM = 0x80002;
    /// `MSG_DONTWAIT` and `MSG_NOSIGNAL`: a systemd that does not read holds up nothing.
    private static final int AT_ONCE = 0x4040;

    private static final int LONGEST_PATH = 107;
    private static final String OF_THE_SYSTEM = "/run/systemd/notify";
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int SCM_CREDENTIALS = 2;
    /// What stands before the data of a part of what goes with a message: its length, level and type; cmsg(3).
    private static final long HEADER = 16;
    /// Its header and a `struct ucred`, in whole words.
    private static final long CREDENTIALS = HEADER + 16;

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
        return send(socket, assignments, _ -> MemorySegment.NULL);
    }

    /// Tells it in the name of another process, as which only root may speak, and hands it a descriptor of this one.
    ///
    /// @return whether it was taken
    static boolean sendAs(int pid, String assignments, int handed) {
        return send(OF_THE_SYSTEM, assignments, arena -> {
            MemorySegment control = arena.allocate(2L * CREDENTIALS, Long.BYTES);
            header(control, HEADER + 3 * Integer.BYTES, SCM_CREDENTIALS);
            control.set(JAVA_INT, HEADER, pid); // user and group stay 0
            header(control.asSlice(CREDENTIALS), HEADER + Integer.BYTES, SCM_RIGHTS);
            control.set(JAVA_INT, CREDENTIALS + HEADER, handed);
            return control.asSlice(0, CREDENTIALS + HEADER + Long.BYTES);
        });
    }

    private static void header(MemorySegment control, long length, int type) {
        control.set(JAVA_LONG, 0, length);
        control.set(JAVA_INT, Long.BYTES, SOL_SOCKET);
        control.set(JAVA_INT, Long.BYTES + Integer.BYTES, type);
    }

    /// @param control makes what goes with it, as cmsg(3) has it
    private static boolean send(String socket, String assignments, Function<Arena, MemorySegment> control) {
        Optional<byte[]> path = path(socket);
        if (path.isEmpty()) {
            return false;
        }
        byte[] text = assignments.getBytes(UTF_8);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(Short.BYTES + LONGEST_PATH + 1L, Short.BYTES);
            address.set(JAVA_SHORT, 0, AF_UNIX);
            MemorySegment.copy(path.get(), 0, address, JAVA_BYTE, Short.BYTES, path.get().length);
            MemorySegment part = arena.allocate(2L * Long.BYTES, Long.BYTES);
            part.set(ADDRESS, 0, arena.allocateFrom(JAVA_BYTE, text));
            part.set(JAVA_LONG, Long.BYTES, text.length);
            MemorySegment besides = control.apply(arena);
            MemorySegment message = arena.allocate(7L * Long.BYTES, Long.BYTES); // struct msghdr, with 64 bits a word
            message.set(ADDRESS, 0, address);
            message.set(JAVA_INT, Long.BYTES, Short.BYTES + path.get().length);
            message.set(ADDRESS, 2L * Long.BYTES, part);
            message.set(JAVA_LONG, 3L * Long.BYTES, 1);
            message.set(ADDRESS, 4L * Long.BYTES, besides);
            message.set(JAVA_LONG, 5L * Long.BYTES, besides.byteSize());
            int descriptor = (int) Call.SOCKET.invokeExact((int) AF_UNIX, DATAGRAM, 0);
            if (descriptor < 0) {
                return false;
            }
            try {
                long sent = (long) Call.SENDMSG.invokeExact(descriptor, message, AT_ONCE);
                return sent == text.length;
            } finally {
                close(descriptor);
            }
        } catch (Throwable e) {
            throw new IllegalStateException("systemd could not be told", e);
        }
    }

    static void close(int descriptor) {
        try {
            int _ = (int) Call.CLOSE.invokeExact(descriptor);
        } catch (Throwable e) {
            throw new IllegalStateException("close could not be called", e);
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
        private static final MethodHandle SENDMSG = bind("sendmsg", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
        private static final MethodHandle CLOSE = bind("close", JAVA_INT, JAVA_INT);

        private static MethodHandle bind(String name, MemoryLayout result, MemoryLayout... arguments) {
            return Linker.nativeLinker()
                    .downcallHandle(
                            Linker.nativeLinker().defaultLookup().findOrThrow(name),
                            FunctionDescriptor.of(result, arguments));
        }
    }
}
