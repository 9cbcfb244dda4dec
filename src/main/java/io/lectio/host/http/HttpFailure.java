package io.lectio.host.http;

import java.io.IOException;

/// An exchange that brought no answer.
public final class HttpFailure extends IOException {
    private static final long serialVersionUID = 1;

    public enum Kind {
        DNS,
        CONNECT,
        TLS,
        TIMEOUT,
        CLOSED,
        MALFORMED,
        PROXY
    }

    private final Kind kind;

    HttpFailure(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
