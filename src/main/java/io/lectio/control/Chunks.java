package io.lectio.control;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/// Several streams of unknown length one after the other in one: in chunks, each after its length in four bytes; one
/// of no length ends a stream.
public final class Chunks {
    private static final int LONGEST = 1 << 20;

    private Chunks() {}

    /// @return to be closed at its end, which leaves `out` open
    public static OutputStream write(OutputStream out) {
        DataOutputStream data = new DataOutputStream(out);
        return new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                write(new byte[] {(byte) one}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                for (int at = 0; at < length; at += LONGEST) {
                    int part = Math.min(LONGEST, length - at);
                    data.writeInt(part);
                    data.write(bytes, from + at, part);
                }
            }

            @Override
            public void close() throws IOException {
                data.writeInt(0);
                data.flush();
            }
        };
    }

    /// The next stream; what is left unread of the one before is passed over first.
    static final class In extends InputStream {
        private final DataInputStream data;
        private Optional<In> before;
        private int left;
        private boolean ended;

        In(InputStream in, Optional<In> before) {
            data = new DataInputStream(in);
            this.before = before;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int from, int most) throws IOException {
            if (before.isPresent()) {
                before.get().transferTo(OutputStream.nullOutputStream());
                before = Optional.empty();
            }
            if (left == 0 && !ended) {
                left = data.readInt();
                if (left < 0 || left > LONGEST) {
                    throw new IOException("what was sent has no chunk of " + left + " bytes");
                }
                ended = left == 0;
            }
            if (ended) {
                return -1;
            }
            int read = data.read(into, from, Math.min(most, left));
            if (read < 0) {
                throw new IOException("what was sent ends too early");
            }
            left -= read;
            return read;
        }
    }
}
