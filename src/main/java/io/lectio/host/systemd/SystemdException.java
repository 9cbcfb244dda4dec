package io.lectio.host.systemd;

import java.io.IOException;

/// Something that systemd did not do or say.
public final class SystemdException extends IOException {
    private static final long serialVersionUID = 1;

    public enum Kind {
        /// Nobody listens at its socket.
        ABSENT,
        /// No answer within the deadline.
        TIMEOUT,
        /// The connection ended before the answer.
        LOST,
        /// Not D-Bus, or more than we take.
        MALFORMED,
        /// It said no.
        REFUSED,
        /// The job was taken and came to another end than `done`.
        NOT_DONE
    }

    private final Kind kind;

    SystemdException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    static SystemdException malformed(String what) {
        return new SystemdException(Kind.MALFORMED, "systemd's answer is not D-Bus: " + what);
    }

    SystemdException during(String what) {
        SystemdException told = new SystemdException(kind, what + ": " + getMessage());
        told.initCause(this);
        return told;
    }

    public Kind kind() {
        return kind;
    }
}
