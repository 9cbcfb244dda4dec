package io.lectio.host;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/// Entries with fields for systemd's journal, a datagram each; the JDK has no such sockets. It never waits. For one
/// thread.
///
/// Sources: systemd's JOURNAL_NATIVE_PROTOCOL, unix(7), sendto(2).
public final class Journal implements AutoCloseable {
    public static final Path SOCKET = Path.of("/run/systemd/journal/socket");

    private static final short AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;
    /// Of a socket's path, with the zero at its end.
    private static final int LONGEST_PATH = 108;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle SOCKET_CALL =
            bind("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle SENDTO =
            bind("sendto", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle CLOSE = bind("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private interface Call {
        long run() throws Throwable;
    }

    private final byte[] path;
    private final int descriptor;

    /// @param socket where the journal listens
    public Journal(Path socket) {
        path = socket.toString().getBytes(StandardCharsets.UTF_8);
        if (path.length >= LONGEST_PATH) {
            throw new IllegalArgumentException("too long for a socket's path: " + socket);
        }
        descriptor = (int) call(() -> (int) SOCKET_CALL.invokeExact((int) AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    }

    private static MethodHandle bind(String name, FunctionDescriptor shape) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), shape);
    }

    private static long call(Call call) {
        try {
            return call.run();
        } catch (Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("the journal could not be called", e);
        }
    }

    /// @param fields by their names, of capital letters and `_`; no value has a line's end
    /// @return whether the journal has it
    public boolean send(Map<String, String> fields) {
        StringBuilder entry = new StringBuilder();
        fields.forEach((name, value) ->
                entry.append(name).append('=').append(value.replace('\n', ' ')).append('\n'));
        byte[] bytes = entry.toString().getBytes(StandardCharsets.UTF_8);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(2 + LONGEST_PATH, 2);
            address.set(JAVA_SHORT, 0, AF_UNIX);
            MemorySegment.copy(path, 0, address, JAVA_BYTE, 2, path.length);
            MemorySegment data = arena.allocateFrom(JAVA_BYTE, bytes);
            int length = (int) address.byteSize();
            return call(() -> (long) SENDTO.invokeExact(
                            descriptor, data, (long) bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL, address, length))
                    == bytes.length;
        }
    }

    @Override
    public void close() {
        call(() -> (int) CLOSE.invokeExact(descriptor));
    }
}
