package io.lectio.host.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lectio.core.health.UnitState;
import io.lectio.host.systemd.FakeSystemd.Talk;
import io.lectio.host.systemd.SystemdException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// systemd hangs, talks garbage, goes: every call ends by its deadline with a reason.
@Tag("slow")
class SystemdMisbehavesTest {
    private static final String NGINX = "nginx.service";
    private static final Duration PATIENCE = Duration.ofMillis(300);
    private static final Duration MARGIN = Duration.ofMillis(700);
    private static final Duration LONG = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    private interface Work {
        void with(Systemd systemd) throws Exception;
    }

    private void against(Talk talk, Work work) throws Exception {
        against(talk, PATIENCE, work);
    }

    private void against(Talk talk, Duration patience, Work work) throws Exception {
        Path socket = folder.resolve("private");
        try (FakeSystemd _ = new FakeSystemd(socket, talk);
                Systemd systemd = new Systemd(socket, patience)) {
            work.with(systemd);
        }
        Files.deleteIfExists(socket);
    }

    private static void fails(Kind kind, ThrowingCallable call) {
        long start = System.nanoTime();
        assertThatThrownBy(call).isInstanceOfSatisfying(SystemdException.class, e -> {
            assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind);
            assertThat(e).hasMessageContaining("nginx.service");
        });
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PATIENCE.plus(MARGIN));
    }

    private static Writer text(char type, String text) {
        return new Writer().put(type, text);
    }

    private static Writer active() {
        Writer body = new Writer().put('u', 0).align(8);
        body.put('s', "LoadState").variant('s', "loaded").align(8);
        body.put('s', "ActiveState").variant('s', "active");
        body.length(0, body.position() - 8);
        return body;
    }

    private static void serve(FakeSystemd.Peer peer) throws IOException {
        while (true) {
            Message call = Message.read(peer.in());
            switch (call.member()) {
                case "LoadUnit" -> peer.answer(call, "o", text('o', "/unit"));
                case "GetAll" -> peer.answer(call, "a{sv}", active());
                default -> {}
            }
        }
    }

    @Test
    void nobodyListens() {
        fails(Kind.ABSENT, () -> new Systemd(folder.resolve("nowhere"), PATIENCE).unit(NGINX));
    }

    @Test
    void silenceInTheLoginEndsAtTheDeadline() throws Exception {
        against(FakeSystemd.Peer::listen, systemd -> {
            fails(Kind.TIMEOUT, () -> systemd.unit(NGINX));
            fails(Kind.TIMEOUT, () -> systemd.restart(NGINX, PATIENCE));
        });
    }

    @Test
    void silenceAfterTheLoginEndsAtTheDeadlineHoweverOftenItIsAsked() throws Exception {
        Talk silent = peer -> {
            peer.logIn();
            peer.listen();
        };
        against(silent, systemd -> {
            fails(Kind.TIMEOUT, () -> systemd.unit(NGINX));
            fails(Kind.TIMEOUT, () -> systemd.kill(NGINX, 9));
            fails(Kind.TIMEOUT, () -> systemd.resetFailed(NGINX));
            fails(Kind.TIMEOUT, () -> systemd.restart(NGINX, PATIENCE));
        });
    }

    @Test
    void whoReadsNothingHoldsNobodyUp() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        Talk deaf = peer -> {
            peer.logIn();
            boolean _ = end.await(20, TimeUnit.SECONDS);
        };
        against(deaf, Duration.ofMillis(3), systemd -> {
            for (int i = 0; i < 1_000; i++) {
                assertThatThrownBy(() -> systemd.unit(NGINX)).isInstanceOf(SystemdException.class);
            }
        });
        end.countDown();
    }

    @Test
    void garbageEndsTheCallAtOnce() throws Exception {
        Talk web = peer -> {
            peer.say("HTTP/1.1 400 Bad Request\r\n\r\n");
            peer.listen();
        };
        against(web, systemd -> fails(Kind.REFUSED, () -> systemd.unit(NGINX)));
        Talk endless = peer -> {
            peer.say("x".repeat(100_000));
            peer.listen();
        };
        against(endless, systemd -> fails(Kind.MALFORMED, () -> systemd.unit(NGINX)));
        Talk later = peer -> {
            peer.logIn();
            Message _ = peer.awaitCall("LoadUnit");
            peer.say("garbage ".repeat(1_000));
            peer.listen();
        };
        against(later, systemd -> fails(Kind.MALFORMED, () -> systemd.unit(NGINX)));
    }

    @Test
    void anAnswerOfTheWrongTypeIsRefused() throws Exception {
        Talk number = peer -> {
            peer.logIn();
            peer.answer(peer.awaitCall("LoadUnit"), "u", new Writer().put('u', 1));
            peer.listen();
        };
        against(
                number,
                systemd -> assertThatThrownBy(() -> systemd.unit(NGINX))
                        .isInstanceOfSatisfying(
                                SystemdException.class,
                                e -> assertThat(e.kind()).isEqualTo(Kind.MALFORMED)));
    }

    @Test
    void aConnectionThatEndsIsToldAndTheNextCallOpensAnother() throws Exception {
        AtomicInteger connections = new AtomicInteger();
        Talk first = peer -> {
            peer.logIn();
            if (connections.incrementAndGet() == 1) {
                Message _ = peer.awaitCall("LoadUnit");
                return;
            }
            serve(peer);
        };
        against(first, systemd -> {
            fails(Kind.LOST, () -> systemd.unit(NGINX));
            assertThat(systemd.unit(NGINX).active()).isEqualTo(UnitState.Active.ACTIVE);
        });
    }

    @Test
    void aRefusalIsToldByName() throws Exception {
        Talk refusing = peer -> {
            peer.logIn();
            peer.refuse(peer.awaitCall("RestartUnit"), "org.freedesktop.systemd1.UnitMasked", "it is masked");
            peer.listen();
        };
        against(
                refusing,
                systemd -> assertThatThrownBy(() -> systemd.restart(NGINX, LONG))
                        .hasMessage("RestartUnit nginx.service: org.freedesktop.systemd1.UnitMasked: it is masked"));
    }

    @Test
    void aRestartEndsWithItsOwnJobEvenIfThatIsToldFirst() throws Exception {
        for (String result : new String[] {"done", "failed"}) {
            Talk early = peer -> {
                peer.logIn();
                Message call = peer.awaitCall("RestartUnit");
                peer.removed("/job/1", "other.service", "failed");
                peer.removed("/job/2", NGINX, result);
                peer.answer(call, "o", text('o', "/job/2"));
                peer.listen();
            };
            against(early, systemd -> {
                if (result.equals("done")) {
                    systemd.restart(NGINX, LONG);
                } else {
                    fails(Kind.NOT_DONE, () -> systemd.restart(NGINX, LONG));
                }
            });
        }
    }

    @Test
    void aRestartWhoseJobNeverEndsOrWhoseConnectionDoesIsTold() throws Exception {
        for (Kind kind : new Kind[] {Kind.TIMEOUT, Kind.LOST}) {
            Talk talk = peer -> {
                peer.logIn();
                peer.answer(peer.awaitCall("RestartUnit"), "o", text('o', "/job/2"));
                if (kind == Kind.TIMEOUT) {
                    peer.listen();
                }
            };
            against(talk, systemd -> fails(kind, () -> systemd.restart(NGINX, PATIENCE)));
        }
    }

    @Test
    void anAnswerInPiecesAndALateOneHurtNobody() throws Exception {
        Talk slow = peer -> {
            peer.logIn();
            Message late = peer.awaitCall("LoadUnit");
            Message next = peer.awaitCall("LoadUnit");
            peer.answer(late, "o", text('o', "/late"));
            Message whole = new Message(
                    Message.Type.ANSWER,
                    1,
                    next.serial(),
                    "",
                    "",
                    "",
                    "",
                    "o",
                    text('o', "/unit").written());
            var bytes = whole.encode();
            while (bytes.hasRemaining()) {
                int _ = peer.channel().write(bytes.slice(bytes.position(), 1));
                bytes.position(bytes.position() + 1);
            }
            serve(peer);
        };
        against(slow, systemd -> {
            fails(Kind.TIMEOUT, () -> systemd.unit(NGINX));
            assertThat(systemd.unit(NGINX).load()).isEqualTo(UnitState.Load.LOADED);
        });
    }

    @Test
    void whileUnitsAreWatchedALostConnectionComesBackByItself() throws Exception {
        AtomicInteger connections = new AtomicInteger();
        Talk brittle = peer -> {
            peer.logIn();
            if (connections.incrementAndGet() < 4) {
                peer.answer(peer.awaitCall("LoadUnit"), "o", text('o', "/unit"));
                return;
            }
            serve(peer);
        };
        against(brittle, systemd -> {
            BlockingQueue<String> changes = new LinkedBlockingQueue<>();
            systemd.watch(Set.of(NGINX), changes::add);
            while (connections.get() < 4) {
                assertThat(changes.poll(10, TimeUnit.SECONDS)).isEqualTo(NGINX);
            }
            assertThat(systemd.unit(NGINX).active()).isEqualTo(UnitState.Active.ACTIVE);
        });
    }

    @Test
    void aCallAfterTheEndAndAnInterruptedOneEndAtOnce() throws Exception {
        against(FakeSystemd.Peer::listen, systemd -> {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> systemd.unit(NGINX)).isInstanceOf(java.io.InterruptedIOException.class);
            assertThat(Thread.interrupted()).isTrue();
            systemd.close();
            assertThatThrownBy(() -> systemd.unit(NGINX)).hasMessageContaining("closed");
        });
    }
}
