package io.lectio.wiring;

import io.lectio.alert.TelegramBot;
import io.lectio.config.Home;
import io.lectio.config.Settings;
import io.lectio.config.Settings.Telegram;
import io.lectio.control.ControlClient;
import io.lectio.control.Status;
import io.lectio.core.health.Observation;
import io.lectio.doctor.Mend;
import io.lectio.doctor.Point;
import io.lectio.doctor.Point.Group;
import io.lectio.doctor.Sheet;
import io.lectio.doctor.UnitFacts;
import io.lectio.doctor.UnitRules;
import io.lectio.host.Child;
import io.lectio.host.FileSystems;
import io.lectio.host.http.HttpFailure;
import io.lectio.host.systemd.Systemd;
import io.lectio.probe.ClockProbe;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// The points of `lectio doctor` that are about the guard's own installation and the machine.
final class DoctorOfHost {
    private static final String UNIT = "lectio-monitor.service";
    private static final Path INSTALLED = Path.of("/opt/lectio-monitor");
    private static final Path LOGROTATE = Path.of("/etc/logrotate.d/lectio-monitor");
    private static final Path CRON_D = Path.of("/etc/cron.d");
    private static final Pattern CRON_LINE = Pattern.compile("(?m)^[^#\n]*(health_check\\.sh|lectio check --cron)");
    private static final Duration TO_SAY = Duration.ofSeconds(4);
    /// Rounds are seconds apart, cron's a minute.
    private static final Duration STILL = Duration.ofSeconds(90);
    private static final Duration LATELY = Duration.ofSeconds(15);
    private static final int MOST_BYTES = 1 << 16;
    private static final int LEAST_SYSTEMD = 247;

    private final Home home;
    private final boolean root;

    DoctorOfHost(Home home, boolean root) {
        this.home = home;
        this.root = root;
    }

    List<Doctor.Look> looks(Optional<Settings> settings) {
        return List.of(
                new Doctor.Look("", Group.INSTALLED, "unit", this::unit),
                new Doctor.Look("", Group.INSTALLED, "round", this::guard),
                new Doctor.Look("", Group.INSTALLED, "cron", this::cron),
                new Doctor.Look("", Group.INSTALLED, "folders", this::files),
                new Doctor.Look("", Group.TELEGRAM, "bot", sheet -> telegram(sheet, settings)),
                new Doctor.Look("", Group.HOST, "clock", sheet -> clock(sheet, settings)),
                new Doctor.Look("", Group.HOST, "systemd", this::machine));
    }

    /// Nothing of the package is expected there.
    private boolean isFromElsewhere() {
        return home.fromClone() && !Files.exists(INSTALLED.resolve("bin/lectio"));
    }

    private List<Point> unit(Sheet sheet) throws IOException {
        if (!root || !Systemd.runsHere()) {
            sheet.notLookedAt("unit", root ? "systemd does not run here" : Doctor.AS_ROOT);
            return sheet.points();
        }
        UnitFacts unit;
        try (Systemd systemd = new Systemd()) {
            unit = new UnitFacts(
                    UNIT, systemd.version(), systemd.properties(UNIT, UnitFacts.WANTED), false, true, Optional.empty());
        }
        if (!unit.text("LoadState").equals("loaded")) {
            if (isFromElsewhere()) {
                sheet.notLookedAt("unit", "this is a clone, and no package is installed");
            } else {
                sheet.wrong(
                        "unit",
                        UNIT + " is " + unit.text("LoadState") + ": nobody guards from the boot on",
                        Mend.typed(
                                "sudo apt install ./lectio-monitor_VERSION_amd64.deb (docs/installation.md), or where it"
                                        + " is masked: sudo systemctl unmask " + UNIT));
            }
            return sheet.points();
        }
        String state = unit.text("ActiveState");
        boolean active = List.of("active", "reloading").contains(state);
        boolean enabled = unit.text("UnitFileState").equals("enabled");
        sheet.holds(
                "unit",
                active && enabled,
                UNIT + " is " + state + " and " + unit.text("UnitFileState"),
                Mend.safe("systemctl", "enable", "--now", UNIT));
        sheet.note("unit-files", UnitRules.files(unit));
        Duration watchdog = unit.span("WatchdogUSec");
        sheet.holds(
                "watchdog",
                unit.text("Type").equals("notify")
                        && !watchdog.isZero()
                        && !unit.text("NotifyAccess").equals("none"),
                "Type=" + unit.text("Type") + ", WatchdogSec=" + watchdog.toSeconds() + " s, NotifyAccess="
                        + unit.text("NotifyAccess"),
                Mend.typed("systemctl cat " + UNIT + ", and take away what overrides its Type, WatchdogSec and"
                        + " NotifyAccess"));
        return sheet.points();
    }

    private List<Point> guard(Sheet sheet) throws IOException, InterruptedException {
        Mend restart = Mend.typed("sudo systemctl restart lectio-monitor; what it says: sudo lectio logs");
        if (!Files.isReadable(home.state()) && Files.exists(home.state())) {
            sheet.notLookedAt("round", Doctor.AS_ROOT);
            return sheet.points();
        }
        Optional<Duration> still = Files.exists(home.alive())
                ? Optional.of(
                        Duration.between(Files.getLastModifiedTime(home.alive()).toInstant(), Instant.now()))
                : Optional.empty();
        String ago = still.map(time -> "the last round was " + time.toSeconds() + " s ago")
                .orElse("there was no round yet");
        Optional<Status> status =
                ControlClient.status(Sites.of(home).firstEntry().getValue());
        boolean moves = still.filter(time -> time.compareTo(STILL) < 0).isPresent();
        if (status.isEmpty()) {
            Mend mend = isFromElsewhere() ? Mend.typed("lectio run") : restart;
            if (still.filter(time -> time.compareTo(LATELY) < 0).isPresent()) {
                // the machine is busy, or the guard has just ended, as its unit says
                sheet.advised("round", "no guard answers in time, and " + ago, mend);
            } else {
                sheet.wrong("round", "no guard answers; " + ago, mend);
            }
            return sheet.points();
        }
        sheet.holds("round", moves, "the guard answers; " + ago, restart);
        Status now = status.get();
        now.degraded()
                .ifPresent(why -> sheet.advised("repairs", "nothing is repaired: " + why, Mend.typed("lectio status")));
        now.maintenance()
                .ifPresent(spell -> sheet.advised(
                        "maintenance",
                        "nothing is repaired in the maintenance " + spell.inWords(),
                        Mend.typed("sudo lectio maintenance end")));
        now.notDelivered()
                .ifPresent(why ->
                        sheet.advised("alerts", "the last alert did not arrive: " + why, Mend.typed("lectio status")));
        if (root) {
            boolean old = Files.readSymbolicLink(Path.of("/proc/" + now.pid() + "/exe"))
                    .toString()
                    .endsWith(" (deleted)");
            sheet.holds(
                    "version",
                    !old,
                    old
                            ? "the guard that runs is not the one that is installed"
                            : "the guard that runs is the installed one",
                    restart);
        }
        return sheet.points();
    }

    private List<Point> cron(Sheet sheet) throws IOException, InterruptedException {
        if (!root || isFromElsewhere()) {
            sheet.notLookedAt("cron", root ? "this is a clone, and no package is installed" : Doctor.AS_ROOT);
            return sheet.points();
        }
        String lines;
        try {
            lines = Child.run(List.of("crontab", "-u", "root", "-l"), TO_SAY, MOST_BYTES)
                    .text();
        } catch (IOException e) {
            sheet.wrong(
                    "cron",
                    "there is no cron: where the guard itself is gone, nobody looks",
                    Mend.typed("sudo apt install cron && sudo lectio doctor --fix"));
            return sheet.points();
        }
        Optional<Path> byFile = Optional.empty();
        if (Files.isDirectory(CRON_D)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(CRON_D)) {
                for (Path file : files) {
                    byFile = CRON_LINE.matcher(Files.readString(file)).find() ? Optional.of(file) : byFile;
                }
            }
        }
        boolean found = CRON_LINE.matcher(lines).find() || byFile.isPresent();
        Path setup = home.folder().resolve("lib/setup.sh");
        sheet.holds(
                "cron",
                found,
                (byFile.isPresent() ? byFile.get() : "root's crontab")
                        + (found
                                ? " has cron's round"
                                : " has no line of lectio: where the guard is gone, nobody looks"),
                home.folder().equals(INSTALLED) && Files.exists(setup)
                        ? Mend.safe("sh", "-c", ". " + setup + "; cron on")
                        : Mend.typed("docs/how-to.md, 'Have cron look where the guard cannot run'"));
        if (Systemd.runsHere()) {
            try (Systemd systemd = new Systemd()) {
                boolean debian = systemd.properties("cron.service", UnitFacts.WANTED)
                        .getOrDefault("LoadState", "")
                        .equals("loaded");
                String unit = debian ? "cron.service" : "crond.service";
                Object state = systemd.properties(unit, UnitFacts.WANTED).getOrDefault("ActiveState", "inactive");
                sheet.holds(
                        "cron-runs",
                        state.equals("active"),
                        unit + " is " + state,
                        Mend.safe("systemctl", "enable", "--now", unit));
            }
        }
        return sheet.points();
    }

    private List<Point> files(Sheet sheet) throws IOException {
        if (isFromElsewhere()) {
            sheet.notLookedAt("folders", "this is a clone, and no package is installed");
            return sheet.points();
        }
        List<Path> missing = new ArrayList<>();
        for (Path folder : List.of(home.logs(), home.state())) {
            if (!Files.isDirectory(folder)) {
                missing.add(folder);
            }
        }
        boolean writable = !root || (Files.isWritable(home.logs()) && Files.isWritable(home.state()));
        if (missing.isEmpty() && !writable) {
            sheet.wrong(
                    "folders",
                    home.logs() + " or " + home.state() + " cannot be written to",
                    Mend.typed("findmnt -T " + home.state() + "; sudo dmesg | tail"));
        } else {
            sheet.holds(
                    "folders",
                    missing.isEmpty(),
                    missing.isEmpty() ? home.logs() + " and " + home.state() + " are there" : missing + " not there",
                    Mend.safe(
                            "install",
                            "-d",
                            "-m",
                            "0750",
                            home.logs().toString(),
                            home.state().toString()));
        }
        Path shipped = home.folder().resolve("share/doc/lectio-monitor/logrotate");
        if (home.folder().equals(INSTALLED)) {
            sheet.holds(
                    "logrotate",
                    Files.exists(LOGROTATE),
                    LOGROTATE + (Files.exists(LOGROTATE) ? " is there" : " is not there: the logs grow for ever"),
                    Files.exists(shipped)
                            ? Mend.safe("install", "-m", "0644", shipped.toString(), LOGROTATE.toString())
                            : Mend.typed("install it anew: docs/installation.md"));
        }
        return sheet.points();
    }

    static List<Point> telegram(Sheet sheet, Optional<Settings> settings) throws IOException {
        Mend setup = Mend.typed("sudo lectio telegram setup");
        if (settings.isEmpty()) {
            sheet.notLookedAt("bot", "the configuration is not known");
            return sheet.points();
        }
        Settings.Channels channels = settings.get().channels();
        if (channels.telegram().isEmpty()) {
            boolean otherwise =
                    channels.mail().isPresent() || channels.webhook().isPresent();
            if (otherwise) {
                sheet.well(
                        "bot", "none is set; alerts go by " + (channels.mail().isPresent() ? "mail" : "webhook"));
            } else {
                sheet.advised(
                        "bot", "no token and chat are set: alerts go to alerts.log only, and nobody is told", setup);
            }
            return sheet.points();
        }
        Telegram set = channels.telegram().get();
        try {
            switch (new TelegramBot(set.api(), set.token(), set.proxy()).reach(set.chat(), TO_SAY)) {
                case TelegramBot.Reached(String bot, String title) ->
                    sheet.well("bot", "@" + bot + " is reached and knows chat " + set.chat() + " (" + title + ")");
                case TelegramBot.Refused(int status, String why) ->
                    sheet.wrong(
                            status == 401 || status == 404 ? "token" : "chat",
                            (status == 401 ? "the token is revoked or wrong: " : "") + why,
                            setup);
                case TelegramBot.Unreachable(HttpFailure.Kind kind, String why) ->
                    sheet.wrong("bot", unreachable(kind) + why, Mend.typed(mend(kind, set)));
            }
        } catch (IOException e) {
            sheet.wrong(
                    "bot",
                    set.token().redact("what answers there is no Bot API: " + e.getMessage()),
                    Mend.typed("TELEGRAM_API_URL and TELEGRAM_PROXY in config.env"));
        }
        return sheet.points();
    }

    private static String unreachable(HttpFailure.Kind kind) {
        return switch (kind) {
            case DNS -> "no DNS: ";
            case CONNECT -> "refused: ";
            case TLS -> "TLS fails (a wrong clock, or somebody between): ";
            case TIMEOUT -> "no answer in time, as where it is filtered: ";
            case CLOSED, MALFORMED -> "cut off, as where it is filtered: ";
            case PROXY -> "by the proxy: ";
        };
    }

    private static String mend(HttpFailure.Kind kind, Telegram set) {
        return switch (kind) {
            case DNS -> "getent hosts " + set.api().getHost() + "; cat /etc/resolv.conf";
            case TLS -> "timedatectl; openssl s_client -connect " + set.api().getHost() + ":443 </dev/null";
            case PROXY -> "TELEGRAM_PROXY in config.env";
            case CONNECT, TIMEOUT, CLOSED, MALFORMED ->
                "set TELEGRAM_PROXY in config.env (docs/how-to.md, 'Telegram through a proxy'), or a second way to be told";
        };
    }

    private static List<Point> clock(Sheet sheet, Optional<Settings> settings)
            throws IOException, InterruptedException {
        Mend mend = Mend.typed("sudo timedatectl set-ntp true; timedatectl");
        Optional<Telegram> telegram =
                settings.flatMap(each -> each.channels().telegram()).filter(Telegram::clock);
        if (telegram.isPresent()) {
            ClockProbe probe =
                    new ClockProbe(telegram.get().api(), telegram.get().proxy(), InstantSource.system());
            Observation.Outcome seen = probe.look(List.of());
            if (seen instanceof Observation.Failed) {
                sheet.wrong("clock", seen.inWords(), mend);
                return sheet.points();
            }
        }
        String said;
        try {
            said = Child.run(
                            List.of("timedatectl", "show", "--property=NTPSynchronized", "--value"), TO_SAY, MOST_BYTES)
                    .text()
                    .strip();
        } catch (IOException e) {
            said = e.getMessage() == null ? "no timedatectl" : e.getMessage();
        }
        switch (said) {
            case "yes" -> sheet.well("clock", "it is synchronised");
            case "no" -> sheet.advised("clock", "nobody keeps the clock right", mend);
            default ->
                sheet.notLookedAt(
                        "clock", "timedatectl: " + said.lines().findFirst().orElse("no answer"));
        }
        return sheet.points();
    }

    private List<Point> machine(Sheet sheet) throws IOException {
        if (!Systemd.runsHere()) {
            sheet.wrong(
                    "systemd",
                    "systemd does not run here: no service is watched or restarted",
                    Mend.typed("a host with systemd " + LEAST_SYSTEMD + " or newer"));
        } else if (root) {
            try (Systemd systemd = new Systemd()) {
                int version = systemd.version();
                sheet.holds(
                        "systemd",
                        version >= LEAST_SYSTEMD,
                        "systemd " + version,
                        Mend.typed("a release with systemd " + LEAST_SYSTEMD + " or newer"));
            }
        } else {
            sheet.notLookedAt("systemd", Doctor.AS_ROOT);
        }
        boolean readOnly = FileSystems.read().of(List.of(Path.of("/"))).stream().anyMatch(FileSystems.Room::readOnly);
        sheet.holds(
                "root-file-system",
                !readOnly,
                readOnly ? "/ is mounted read-only, as after an error of the disk" : "/ can be written to",
                Mend.typed("sudo dmesg | tail -50; sudo mount -o remount,rw /"));
        return sheet.points();
    }
}
