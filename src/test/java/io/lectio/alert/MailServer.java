package io.lectio.alert;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/// A strict SMTP server on the loopback: it refuses commands out of their order, bare line feeds and lines that are
/// too long, as a real one may. Sources: RFC 5321, RFC 4954.
final class MailServer implements AutoCloseable {
    private static final int LONGEST_LINE = 998;

    private final ServerSocket listening;
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    /// As they came, headers and all.
    final List<String> mails = new CopyOnWriteArrayList<>();
    /// Every command, without what follows DATA.
    final List<String> commands = new CopyOnWriteArrayList<>();
    private volatile boolean silent;
    private volatile boolean hangsUp;

    /// How it is encrypted.
    enum Security {
        NONE,
        STARTTLS,
        FROM_THE_FIRST_BYTE
    }

    private final Security security;
    private final Optional<SSLContext> keys;

    MailServer() {
        this(Security.NONE, Optional.empty());
    }

    MailServer(Security security, Optional<SSLContext> keys) {
        this.security = security;
        this.keys = keys;
        try {
            listening = new ServerSocket(0, 20, InetAddress.ofLiteral("127.0.0.1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(() -> {
            while (!listening.isClosed()) {
                try {
                    Socket socket = listening.accept();
                    Thread.ofVirtual().start(() -> serve(socket));
                } catch (IOException e) {
                    return; // closed
                }
            }
        });
    }

    int port() {
        return listening.getLocalPort();
    }

    /// Answers commands that begin so with this line; `.` stands for the end of a text.
    void answers(String command, String line) {
        answers.put(command, line);
    }

    /// Takes connections and says nothing, ever.
    void isSilent() {
        silent = true;
    }

    /// Takes a mail whole, and goes before it has said so.
    void hangsUpAfterTheText() {
        hangsUp = true;
    }

    void isWell() {
        answers.clear();
        silent = false;
        hangsUp = false;
    }

    private void serve(Socket plain) {
        try (plain) {
            Socket socket = security == Security.FROM_THE_FIRST_BYTE ? secured(plain) : plain;
            BufferedReader in = reader(socket);
            if (silent) {
                in.lines().forEach(_ -> {});
                return;
            }
            say(socket, answers.getOrDefault("", "220 test ESMTP"));
            String expected = "EHLO";
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                commands.add(line);
                String verb = line.split("[ :]", 2)[0];
                String set = answerTo(line);
                if (!set.isEmpty()) {
                    say(socket, set);
                    continue;
                }
                switch (verb) {
                    case "EHLO" -> {
                        boolean offers = security == Security.STARTTLS && !(socket instanceof SSLSocket);
                        say(socket, "250-test\r\n" + (offers ? "250-STARTTLS\r\n" : "") + "250 AUTH PLAIN LOGIN");
                        expected = "MAIL";
                    }
                    case "STARTTLS" -> {
                        say(socket, "220 go on");
                        socket = secured(plain);
                        in = reader(socket);
                        expected = "EHLO";
                    }
                    case "AUTH" ->
                        say(
                                socket,
                                security != Security.NONE && !(socket instanceof SSLSocket)
                                        ? "530 STARTTLS first"
                                        : "235 welcome");
                    case "MAIL" -> {
                        say(socket, expected.equals("MAIL") ? "250 ok" : "503 out of order");
                        expected = "RCPT";
                    }
                    case "RCPT" -> {
                        say(socket, expected.startsWith("RCPT") ? "250 ok" : "503 out of order");
                        expected = "RCPT or DATA";
                    }
                    case "DATA" -> {
                        say(socket, expected.equals("RCPT or DATA") ? "354 go on" : "503 out of order");
                        take(socket);
                        if (hangsUp) {
                            return;
                        }
                        say(socket, answers.getOrDefault(".", "250 queued"));
                        expected = "MAIL";
                    }
                    case "QUIT" -> {
                        say(socket, "221 bye");
                        return;
                    }
                    default -> say(socket, "500 what?");
                }
            }
        } catch (IOException e) {
            return; // the client has gone
        }
    }

    private Socket secured(Socket plain) throws IOException {
        SSLSocket secured =
                (SSLSocket) keys.orElseThrow().getSocketFactory().createSocket(plain, null, plain.getPort(), true);
        secured.setUseClientMode(false);
        return secured;
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    }

    private String answerTo(String line) {
        return answers.entrySet().stream()
                .filter(each -> !each.getKey().isEmpty() && line.startsWith(each.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("");
    }

    private void take(Socket socket) throws IOException {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        while (true) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                return;
            }
            line.append((char) next);
            if (next == '\n') {
                if (!line.toString().endsWith("\r\n") || line.length() > LONGEST_LINE + 2) {
                    say(socket, "554 a bare line feed, or too long a line: " + line);
                    socket.close();
                    return;
                }
                if (line.toString().equals(".\r\n")) {
                    break;
                }
                lines.add(line.toString());
                line.setLength(0);
            }
        }
        if (!answers.containsKey(".")) {
            mails.add(String.join("", lines));
        }
    }

    private static void say(Socket socket, String line) throws IOException {
        socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
