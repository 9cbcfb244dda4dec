package io.lectio.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Outbox;
import io.lectio.core.policy.Secret;
import io.lectio.engine.Notifier;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Mail, against a strict server.
class MailNotifierTest extends ChannelContract {
    private final MailServer server = new MailServer();

    private Notifier mail(String host, int port, Optional<String> user, String... to) {
        return new MailNotifier(
                new MailNotifier.Account(
                        URI.create("smtp://" + host + ":" + port),
                        user,
                        new Secret(CANARY),
                        "lectio@school.example",
                        List.of(to)),
                TEXTS,
                InstantSource.fixed(Told.BROKEN));
    }

    @Override
    Notifier channel() {
        return mail("127.0.0.1", server.port(), Optional.of("owner"), "owner@school.example");
    }

    @Override
    Notifier nowhere() {
        return mail("127.0.0.1", 1, Optional.empty(), "owner@school.example");
    }

    @Override
    void server(Way way) {
        server.isWell();
        switch (way) {
            case ACCEPTS -> {}
            case REFUSES -> server.answers("AUTH", "535 wrong password, " + CANARY);
            case REFUSES_THE_TEXT -> server.answers(".", "554 looks like spam");
            case ASKS_FOR_PATIENCE -> server.answers("RCPT", "451 greylisted");
            case SILENT -> server.isSilent();
            case BREAKS -> server.answers("", "garbage");
        }
    }

    @Override
    List<String> arrived() {
        return server.mails.stream()
                .map(text -> {
                    try {
                        return ((String) parsed(text).getContent())
                                .replace("\r\n", "\n")
                                .strip();
                    } catch (MessagingException | IOException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .toList();
    }

    private static MimeMessage parsed(String text) throws MessagingException {
        return new MimeMessage(
                Session.getInstance(new Properties()),
                new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void theSubjectTellsLevelAndCause() throws Exception {
        assertThat(send(Told.blind("\u0411\u0435\u0434\u0430\r\nBcc: x@evil.example")
                        .critical()
                        .parcel()))
                .isInstanceOf(Delivery.Accepted.class);
        MimeMessage mail = parsed(server.mails.getFirst());
        assertThat(mail.getSubject())
                .startsWith("CRITICAL · Lectio · The check of file permissions")
                .contains("Беда");
        assertThat(mail.getHeader("Bcc")).isNull();
        assertThat(server.commands.stream().filter(line -> line.startsWith("RCPT")))
                .hasSize(1);
        assertThat(mail.getHeader("Auto-Submitted")).containsExactly("auto-generated");
        assertThat(mail.getContentType()).isEqualTo("text/plain; charset=UTF-8");
        assertThat(mail.getSentDate()).isEqualTo(Told.BROKEN.truncatedTo(java.time.temporal.ChronoUnit.SECONDS));
    }

    @Test
    void whatTheServerMayHaveTakenIsSentTwiceAtMost() throws Exception {
        server.hangsUpAfterTheText();
        Outbox.Parcel parcel = closed("index.html").parcel();
        Notifier mail = channel();
        assertThat(send(mail, parcel)).isInstanceOf(Delivery.Unreachable.class);
        assertThat(send(mail, parcel)).isInstanceOf(Delivery.Accepted.class);
        assertThat(server.mails).hasSize(2);
    }

    @Test
    void theSubjectOfManyIsTheirFirstLineWithoutItsSign() throws Exception {
        send(closed("index.html").backlog(3));
        assertThat(parsed(server.mails.getFirst()).getSubject())
                .isEqualTo("WARNING · Lectio · several faults at once: 3");
    }

    @Test
    void aLaterRevisionAnswersTheFirstUnderTheSameSubject() throws Exception {
        Told told = closed("index.html");
        long thread = ((Delivery.Accepted) send(told.parcel())).messageId().orElseThrow();
        send(new io.lectio.core.incident.Outbox.Parcel(
                List.of(told.repairing().alert(7, Optional.of(thread))), Optional.empty(), false, 0, List.of(), false));
        MimeMessage first = parsed(server.mails.getFirst());
        MimeMessage second = parsed(server.mails.getLast());
        assertThat(second.getHeader("In-Reply-To")).containsExactly(first.getMessageID());
        assertThat(second.getHeader("References")).containsExactly(first.getMessageID());
        assertThat(second.getMessageID()).isNotEqualTo(first.getMessageID()).endsWith("@school.example>");
        assertThat(second.getSubject()).isEqualTo("Re: " + first.getSubject());
    }

    @Test
    void aCopyOfAMailHasTheSameName() throws Exception {
        send(closed("index.html").parcel());
        send(closed("index.html").parcel());
        assertThat(parsed(server.mails.getFirst()).getMessageID())
                .isEqualTo(parsed(server.mails.getLast()).getMessageID());
    }

    @Test
    void aWrongRecipientKeepsNoMailFromTheOthers() throws Exception {
        server.answers("RCPT TO:<gone@", "550 no such user");
        Notifier two =
                mail("127.0.0.1", server.port(), Optional.empty(), "gone@school.example", "owner@school.example");
        assertThat(send(two, closed("index.html").parcel())).isInstanceOf(Delivery.Accepted.class);
        assertThat(server.mails).hasSize(1);
    }

    @Test
    void aSenderThatIsNotWantedIsForAPersonToMend() throws Exception {
        server.answers("MAIL", "550 who are you?");
        assertThat(send(closed("index.html").parcel()))
                .isInstanceOfSatisfying(
                        Delivery.Refused.class, why -> assertThat(why.reason()).contains("who are you?"));
    }

    /// `0.0.0.0` leads to this machine, but nobody said so.
    @Test
    void noPasswordGoesOutUnencrypted() throws Exception {
        Notifier elsewhere = mail("0.0.0.0", server.port(), Optional.of("owner"), "owner@school.example");
        assertThat(send(elsewhere, closed("index.html").parcel()))
                .isInstanceOfSatisfying(
                        Delivery.Unreachable.class,
                        why -> assertThat(why.reason()).contains("STARTTLS"));
        assertThat(server.commands).noneMatch(line -> line.startsWith("AUTH"));
    }

    @Test
    void theUserLogsIn() throws Exception {
        send(closed("index.html").parcel());
        String login = Base64.getEncoder().encodeToString(("owner\0owner\0" + CANARY).getBytes(StandardCharsets.UTF_8));
        assertThat(server.commands.stream().filter(line -> line.startsWith("AUTH")))
                .containsExactly("AUTH PLAIN " + login);
    }
}
