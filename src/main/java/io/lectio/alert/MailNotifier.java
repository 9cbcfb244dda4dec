package io.lectio.alert;

import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Outbox;
import io.lectio.core.policy.Secret;
import io.lectio.engine.Notifier;
import io.lectio.host.http.Deadline;
import jakarta.activation.DataHandler;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.SocketFactory;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;

/// Sends each revision of an alert as a mail of its own, which answers the first one, so that a mailbox shows them as
/// one thread. Plain text. Sources: RFC 5321, RFC 5322 (3.6.4).
public final class MailNotifier implements Notifier {
    private static final Duration DEADLINE = Duration.ofSeconds(25);
    private static final String PATIENCE = "20000";
    private static final int REMEMBERED = 1_000;

    private final Account account;
    private final Texts texts;
    private final InstantSource clock;
    /// Mails that were handed over whole, and not answered for. RFC 5321, 4.5.3.2.6: the server may have taken them.
    private final Set<UUID> unclear = ConcurrentHashMap.newKeySet();

    /// How far a mail has come.
    private static final class Course {
        private boolean handed;
        private boolean taken;
    }

    /// @param server `smtp://host[:port]`, by STARTTLS where it is offered, or `smtps://host[:port]`. With a user,
    ///     nothing is sent without encryption, except to this machine itself
    public record Account(URI server, Optional<String> user, Secret password, String from, List<String> to) {
        public Account {
            to = List.copyOf(to);
        }
    }

    public MailNotifier(Account account, Texts texts, InstantSource clock) {
        this.account = account;
        this.texts = texts;
        this.clock = clock;
    }

    @Override
    public Delivery send(Outbox.Parcel parcel) {
        UUID name = Dispatch.name(parcel);
        long thread = parcel.message().orElse(name.getMostSignificantBits() & Integer.MAX_VALUE);
        Course course = new Course();
        try (Deadline deadline = new Deadline(DEADLINE)) {
            Session session = Session.getInstance(properties(deadline));
            try (Transport transport = session.getTransport("smtp")) {
                transport.connect(
                        account.server().getHost(),
                        account.server().getPort(),
                        account.user().orElse(null),
                        account.user().map(_ -> account.password().value()).orElse(null));
                Message mail = mail(session, parcel, thread, name, course);
                transport.sendMessage(mail, mail.getAllRecipients());
                course.taken = true;
                return new Delivery.Accepted(Optional.of(thread));
            }
        } catch (AuthenticationFailedException e) {
            return new Delivery.Refused(reason(e));
        } catch (SMTPSendFailedException e) {
            if (e.getValidSentAddresses() != null && e.getValidSentAddresses().length > 0) {
                return new Delivery.Accepted(Optional.of(thread));
            }
            if (e.getReturnCode() < 0) { // it went without an answer
                return inDoubt(e, course, name, thread);
            }
            boolean permanent = e.getReturnCode() >= 500;
            boolean ofItsText = e.getCommand().equals(".");
            return !permanent
                    ? new Delivery.Unreachable(reason(e))
                    : ofItsText ? new Delivery.Poison(reason(e)) : new Delivery.Refused(reason(e));
        } catch (MessagingException e) {
            return inDoubt(e, course, name, thread);
        }
    }

    private Delivery inDoubt(MessagingException e, Course course, UUID name, long thread) {
        return course.taken || (course.handed && isRepeated(name))
                ? new Delivery.Accepted(Optional.of(thread))
                : new Delivery.Unreachable(reason(e));
    }

    /// A server that is slow to answer gets the same mail twice at most.
    private boolean isRepeated(UUID name) {
        if (unclear.size() > REMEMBERED) {
            unclear.clear();
        }
        return !unclear.add(name);
    }

    private String reason(MessagingException e) {
        String cause = e.getNextException() == null || e.getNextException().getMessage() == null
                ? ""
                : " (" + e.getNextException().getMessage() + ")";
        return account.password().redact(PlainText.line(e.getMessage() + cause));
    }

    private Properties properties(Deadline deadline) {
        URI server = account.server();
        boolean here = isThisMachine(server.getHost());
        Properties properties = new Properties();
        properties.put("mail.smtp.socketFactory", new Watched(deadline));
        properties.put("mail.smtp.socketFactory.fallback", "false");
        properties.put("mail.smtp.connectiontimeout", PATIENCE);
        properties.put("mail.smtp.timeout", PATIENCE);
        properties.put("mail.smtp.auth", String.valueOf(account.user().isPresent()));
        properties.put("mail.smtp.auth.mechanisms", "PLAIN LOGIN");
        properties.put("mail.smtp.ssl.enable", String.valueOf("smtps".equals(server.getScheme())));
        properties.put("mail.smtp.starttls.enable", String.valueOf(!here));
        properties.put(
                "mail.smtp.starttls.required",
                String.valueOf(!here && account.user().isPresent()));
        properties.put("mail.smtp.localhost", domain());
        properties.put("mail.smtp.quitwait", "false");
        properties.put("mail.smtp.sendpartial", "true"); // one wrong address keeps no mail from the others
        return properties;
    }

    private static boolean isThisMachine(String host) {
        return host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.\\d{1,3}){3}");
    }

    private String domain() {
        return account.from().substring(account.from().indexOf('@') + 1);
    }

    private Message mail(Session session, Outbox.Parcel parcel, long thread, UUID name, Course course)
            throws MessagingException {
        String first = "<lectio." + thread + "@" + domain() + ">";
        boolean follows = parcel.message().isPresent();
        MimeMessage mail = new MimeMessage(session) {
            @Override
            protected void updateMessageID() throws MessagingException {
                setHeader("Message-ID", follows ? "<lectio." + thread + "." + name + "@" + domain() + ">" : first);
            }

            @Override
            public void writeTo(OutputStream out, String[] left) throws IOException, MessagingException {
                super.writeTo(out, left);
                course.handed = true;
            }
        };
        if (follows) {
            mail.setHeader("In-Reply-To", first);
            mail.setHeader("References", first);
        }
        mail.setHeader("Auto-Submitted", "auto-generated"); // RFC 3834: no holiday note in answer
        mail.setFrom(new InternetAddress(account.from()));
        for (String to : account.to()) {
            mail.addRecipient(Message.RecipientType.TO, new InternetAddress(to));
        }
        mail.setSentDate(Date.from(clock.instant()));
        mail.setSubject((follows ? "Re: " : "") + texts.subject(parcel), "UTF-8");
        mail.setDataHandler(new DataHandler(body(texts.render(parcel))));
        mail.saveChanges();
        return mail;
    }

    private static ByteArrayDataSource body(String text) throws MessagingException {
        try {
            return new ByteArrayDataSource(text, "text/plain; charset=UTF-8");
        } catch (IOException e) {
            throw new MessagingException("no text", e);
        }
    }

    /// Sockets that are closed at the deadline, whatever the server does.
    private static final class Watched extends SocketFactory {
        private final Deadline deadline;

        private Watched(Deadline deadline) {
            this.deadline = deadline;
        }

        @Override
        public Socket createSocket() {
            Socket socket = new Socket();
            deadline.watch(socket);
            return socket;
        }

        @Override
        public Socket createSocket(String host, int port) {
            throw new UnsupportedOperationException("the library connects by itself");
        }

        @Override
        public Socket createSocket(InetAddress host, int port) {
            throw new UnsupportedOperationException("the library connects by itself");
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress from, int fromPort) {
            throw new UnsupportedOperationException("the library connects by itself");
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort) {
            throw new UnsupportedOperationException("the library connects by itself");
        }
    }
}
