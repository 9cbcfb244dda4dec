package io.lectio.alert;

import io.lectio.core.diagnosis.Diagnosis;
import io.lectio.core.health.Ailment;
import io.lectio.core.health.Condition;
import io.lectio.core.health.Finding.Access;
import io.lectio.core.health.Finding.Answer;
import io.lectio.core.health.Finding.Answers;
import io.lectio.core.health.Finding.Denial;
import io.lectio.core.health.Finding.Fault;
import io.lectio.core.incident.Incident;
import io.lectio.core.policy.CheckId;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a person can do where the guard may not or cannot, with the command.
final class Advice {
    private static final String NGINX_LOG = "sudo tail -20 /var/log/nginx/error.log";
    private static final Pattern SPECIAL =
            Pattern.compile("\\\\x[0-9a-f]{2}|\\\\u[0-9a-f]{4}|\\\\U00[0-9a-f]{6}|[\\\\'!]");
    private static final Set<Fault.Kind> OF_THE_BUILD =
            EnumSet.of(Fault.Kind.REPLACED, Fault.Kind.EMPTIED, Fault.Kind.REMOVED, Fault.Kind.DANGLING);
    private static final Set<Integer> APP_IS_DOWN = Set.of(502, 503, 504);

    private final Wording words;
    private final boolean repairs;

    Advice(Wording words, boolean repairs) {
        this.words = words;
        this.repairs = repairs;
    }

    String on(Incident incident) {
        return words.say("Что сделать: ", "What to do: ")
                + switch (incident.diagnosis()) {
                    case Diagnosis.PathsClosed(var _, Access access, var remedy) ->
                        onPaths(incident, access, remedy.isPresent());
                    case Diagnosis.ServiceBad(var _, String unit, Condition condition, var _) ->
                        onService(unit, condition);
                    case Diagnosis.ConfigBad(CheckId subject, var _)
                    when subject == CheckId.SETTINGS -> "sudo lectio config check";
                    case Diagnosis.ConfigBad(CheckId subject, var _) ->
                        "sudo nginx -t && sudo systemctl "
                                + (subject == CheckId.CONFIG ? "reload nginx" : "restart nginx");
                    case Diagnosis.AnswerBad(var _, Answers answers, var _) -> onAnswers(answers);
                    case Diagnosis.Drifted _ ->
                        words.say(
                                        "если это изменили вы, выложить сборку через lectio deploy; если нет, вернуть выпуск: ",
                                        "if this was you, deploy the build by lectio deploy; if not, put the release back: ")
                                + "sudo lectio releases";
                    case Diagnosis.Ailing(var _, List<Ailment> ailments) ->
                        new AilmentText(words).advice(ailments.getFirst());
                    case Diagnosis.Blind _ -> "sudo journalctl -u lectio-monitor -n 20";
                };
    }

    private String onPaths(Incident incident, Access access, boolean repairable) {
        Denial first = access.denied().getFirst();
        if (!repairable) {
            return mend(first, access.webUser());
        }
        if (!repairs) {
            return words.say("включить восстановление: ", "turn repairs on: ") + "sudo lectio run --repair";
        }
        return incident.phase() instanceof Incident.CoolingDown
                ? words.say("найти, кто снова меняет права: ", "find who changes the rights again: ")
                        + "namei -l "
                        + quote(first.path().toString())
                : "sudo lectio status";
    }

    private String onService(String named, Condition condition) {
        String unit = named.contains("\\") ? "'" + named + "'" : named; // systemd escapes paths by backslashes
        return switch (condition) {
            case Condition.ByHand(boolean masked, var _) ->
                (masked ? "sudo systemctl unmask " + unit + "; " : "") + "sudo systemctl start " + unit;
            case Condition.Missing _ ->
                words.say(
                        "указать имя службы в config.env (LECTIO_APP_UNIT, LECTIO_WEB_UNIT, LECTIO_APP_NEEDS, LECTIO_APP_BESIDE)",
                        "name the service in config.env (LECTIO_APP_UNIT, LECTIO_WEB_UNIT, LECTIO_APP_NEEDS, LECTIO_APP_BESIDE)");
            case Condition.Unfit(Condition.Reason reason, var _) -> onUnfit(unit, reason);
            case Condition.Paused _ -> "sudo systemctl kill -s CONT " + unit + "; systemctl status " + unit;
            case Condition.Busy _ -> "top; sudo tail -20 /var/log/nginx/access.log";
            case Condition.Deaf _ ->
                words.say(
                                "узнать, где она слушает, и указать это в config.env (LECTIO_APP_SERVER, LECTIO_SITE_SERVER): ",
                                "find where it listens, and name that in config.env (LECTIO_APP_SERVER, LECTIO_SITE_SERVER): ")
                        + "sudo ss -lntxp; systemctl status "
                        + unit;
            case Condition.Well _,
                    Condition.Waiting _,
                    Condition.Starting _,
                    Condition.Ended _,
                    Condition.Crashed _,
                    Condition.Hung _,
                    Condition.BootLoop _ -> "systemctl status " + unit + "; sudo journalctl -u " + unit + " -n 50";
        };
    }

    private String onUnfit(String unit, Condition.Reason reason) {
        String first = switch (reason) {
            case IMPORT_ERROR ->
                words.say(
                        "исправить код или установить модуль в окружение приложения: ",
                        "mend the code, or install the module where the application runs: ");
            case ENVIRONMENT ->
                words.say("задать переменную (Environment=): ", "set the variable (Environment=): ")
                        + "sudo systemctl edit " + unit + "; ";
            case PORT_TAKEN ->
                words.say("остановить того, кто занял порт: ", "end who has taken the port: ") + "sudo ss -lntp; ";
        };
        return first + "sudo systemctl restart " + unit + "; sudo journalctl -u " + unit + " -n 50";
    }

    private String onAnswers(Answers answers) {
        Answer page = answers.answers().getFirst();
        if (answers.check() == CheckId.API && !page.isSlow()) {
            return "sudo tail -50 /var/log/teaching_panel/error.log; " + NGINX_LOG;
        }
        Optional<Fault> fault = page.fault();
        if (answers.onlySlow()) {
            return words.say("найти, что занимает сервер: ", "find what keeps the server busy: ")
                    + "top; sudo tail -20 /var/log/nginx/access.log";
        }
        boolean ofTheBuild =
                fault.filter(each -> OF_THE_BUILD.contains(each.kind())).isPresent();
        if (fault.isEmpty() || page.isSlow() || ofTheBuild) {
            return words.say(
                    "сборка неполная или старая, выложить её заново",
                    "the build is incomplete or old: deploy it again");
        }
        if (page.status().filter(APP_IS_DOWN::contains).isPresent()) {
            return words.say(
                            "отвечает nginx, но не приложение за ним: ",
                            "nginx answers, the application behind it does not: ")
                    + "systemctl --failed; "
                    + NGINX_LOG;
        }
        return fault.get().kind() == Fault.Kind.REFUSED
                ? "systemctl status nginx; sudo nginx -t && sudo systemctl restart nginx"
                : NGINX_LOG;
    }

    private String mend(Denial denial, String user) {
        String path = quote(denial.path().toString());
        return switch (denial.obstacle().orElseThrow()) {
            case OUTSIDE_SITE -> "sudo chmod a+x " + path;
            case ACCESS_LIST -> "sudo setfacl -m u:" + user + ":x " + path;
            case HARD_LINKS ->
                words.say("узнать, чей это файл, и открыть его: ", "find out whose file it is, then open it: ")
                        + "sudo find / -xdev -samefile "
                        + path
                        + "; sudo chmod 644 "
                        + path;
            case SET_ID -> "sudo chmod 644 " + path;
            case IMMUTABLE -> "sudo chattr -ia " + path + "; sudo chmod a+rX " + path;
            case SYMBOLIC_LINK ->
                words.say("записать настоящую папку в config.env, ", "put the real folder into config.env, ")
                        + "LECTIO_WEB_ROOT: readlink -f "
                        + path;
            case MISSING ->
                words.say(
                        "выложить сборку заново или указать LECTIO_WEB_ROOT в config.env",
                        "deploy the build again, or set LECTIO_WEB_ROOT in config.env");
            case NOT_A_FILE, OTHER_MOUNT -> "ls -ld " + path;
        };
    }

    /// For a shell, whatever the name is. One that is shown with escapes is written as bash reads it, in bytes:
    /// what an escaped character is, depends on the locale, and `!` calls the history of an interactive shell.
    static String quote(String shown) {
        if (shown.matches("[A-Za-z0-9_./-]+")) {
            return shown;
        }
        return shown.contains("\\")
                ? "$'" + SPECIAL.matcher(shown).replaceAll(match -> Matcher.quoteReplacement(inBytes(match.group())))
                        + "'"
                : "'" + shown.replace("'", "'\\''") + "'";
    }

    private static String inBytes(String special) {
        if (special.startsWith("\\x")) {
            return special;
        }
        String text = special.length() == 1 ? special : Character.toString(Integer.parseInt(special.substring(2), 16));
        StringBuilder bytes = new StringBuilder();
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            bytes.append("\\x%02x".formatted(each));
        }
        return bytes.toString();
    }
}
