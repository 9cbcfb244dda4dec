package io.lectio.alert;

import static java.util.stream.Collectors.joining;

import io.lectio.core.health.Ailment;
import io.lectio.core.health.Ailment.About;
import io.lectio.core.health.Ailment.Fact;
import io.lectio.core.health.Ailment.Kind;
import java.util.List;

/// What ails the machine, or what the site rests on, and what a person can do about it.
final class AilmentText {
    private final Wording words;

    AilmentText(Wording words) {
        this.words = words;
    }

    String of(List<Ailment> ailments) {
        return ailments.stream().map(this::of).collect(joining("; "));
    }

    private String of(Ailment ailment) {
        String facts = ailment.facts().stream().map(this::fact).collect(joining(", "));
        return kind(ailment.kind())
                + (ailment.what().isEmpty() ? "" : ": " + Wording.path(ailment.what()))
                + (facts.isEmpty() ? "" : " (" + facts + ")");
    }

    private String kind(Kind kind) {
        return words.say(
                switch (kind) {
                    case DISK_FULL -> "диск полон";
                    case INODES_OUT -> "кончились inode";
                    case READ_ONLY -> "файловая система только для чтения";
                    case DISK_ENDS -> "диск почти полон";
                    case INODES_END -> "inode почти кончились";
                    case DISK_FILLS -> "диск заполняется";
                    case INODES_FILL -> "inode на исходе";
                    case MEMORY_SHORT -> "не хватает памяти";
                    case OOM_KILL -> "ядро убило процесс из-за нехватки памяти (OOM)";
                    case DATABASE_MISSING -> "базы данных нет";
                    case DATABASE_CORRUPT -> "база данных повреждена";
                    case DATABASE_OWNER -> "у базы данных чужой владелец";
                    case DATABASE_LOCKED -> "база данных заблокирована";
                    case DATABASE_AWAY -> "база данных недоступна";
                    case CONNECTIONS_OUT -> "соединения с базой данных кончились";
                    case CONNECTIONS_END -> "соединения с базой данных на исходе";
                    case OFFLINE -> "у сервера нет сети";
                    case DNS_BROKEN -> "имя сайта не находится (DNS)";
                    case CERTIFICATE_EXPIRED -> "сертификат истёк";
                    case CERTIFICATE_NAME -> "сертификат на чужое имя";
                    case CERTIFICATE_CHAIN -> "сертификату нет доверия";
                    case CERTIFICATE_ENDS -> "сертификат истекает на днях";
                    case CERTIFICATE_AGES -> "сертификат скоро истечёт";
                    case CLOCK_WRONG -> "часы сервера идут неверно";
                    case COPY_OLD -> "нет годной копии базы данных";
                    case RESTORE_CUT_OFF -> "возврат копии базы данных прерван";
                },
                kind.words());
    }

    private String fact(Fact fact) {
        String value = switch (fact) {
            case Ailment.Percent(var _, int percent) -> percent + " %";
            case Ailment.Bytes(var _, String name, long bytes) ->
                (name.isEmpty() ? "" : Wording.path(name) + " ") + words.size(bytes);
            case Ailment.Span(var _, var span) -> words.length(span);
            case Ailment.Name(var _, String name) -> name;
            case Ailment.Count(var _, int count, int most) -> count + words.say(" из ", " of ") + most;
        };
        return about(fact.about()) + " " + value;
    }

    private String about(About about) {
        return words.say(
                switch (about) {
                    case USED -> "занято";
                    case FREE -> "свободно";
                    case FULL_IN -> "заполнится через";
                    case GROWS -> "растёт";
                    case OPEN -> "удалён, но открыт";
                    case PRESSURE -> "ожидание памяти";
                    case HELD_BY -> "держит";
                    case SINCE -> "уже";
                    case FILE -> "файл";
                    case CLOSED -> "закрыто:";
                    case USER -> "для";
                    case NAMES -> "выдан на";
                    case UNTIL -> "действителен до";
                    case LEFT -> "осталось";
                    case AGAINST -> "по сравнению с";
                    case AHEAD -> "вперёд на";
                    case BEHIND -> "назад на";
                    case LAST -> "последняя";
                    case SAYS -> "сообщение:";
                },
                about.words());
    }

    String advice(Ailment ailment) {
        String what = Advice.quote(ailment.what());
        return switch (ailment.kind()) {
            case DISK_FULL, DISK_ENDS, DISK_FILLS ->
                words.say("освободить место: ", "make room: ")
                        + "sudo du -xh "
                        + what
                        + " | sort -h | tail -20; sudo journalctl --vacuum-size=200M";
            case INODES_OUT, INODES_END, INODES_FILL ->
                words.say("найти, где много мелких файлов: ", "find where the many small files are: ")
                        + "sudo du -x --inodes -S "
                        + what
                        + " | sort -n | tail -20";
            case READ_ONLY ->
                words.say("узнать, почему: ", "find out why: ")
                        + "sudo dmesg | tail -30; "
                        + words.say("диск цел: ", "where the disk is sound: ")
                        + "sudo mount -o remount,rw "
                        + what;
            case MEMORY_SHORT, OOM_KILL ->
                words.say("найти, кто занял память: ", "find what has taken it: ")
                        + "ps -eo pid,user,rss,args --sort=-rss | head -5";
            case DATABASE_MISSING, DATABASE_CORRUPT ->
                ailment.what().startsWith("/")
                        ? words.say(
                                        "посмотреть копии и вернуть последнюю: ",
                                        "see the copies, and put the last one back: ")
                                + "sudo lectio backups; sudo lectio restore"
                        : words.say(
                                "вернуть последнюю копию, как в runbook",
                                "put the last copy back, as the runbook says");
            case RESTORE_CUT_OFF ->
                words.say("вернуть базу, какой она была: ", "put the database back as it was: ")
                        + "sudo lectio restore --undo";
            case COPY_OLD ->
                words.say("сделать копию и узнать, что мешает: ", "make one, and see what is in the way: ")
                        + "sudo lectio backup; sudo lectio backups";
            case DATABASE_OWNER ->
                words.say("вернуть владельца и права: ", "give it back to its owner, and its rights: ")
                        + "sudo ls -ld "
                        + what
                        + " \"$(dirname "
                        + what
                        + ")\"; sudo chown -h "
                        + ailment.facts().stream()
                                .filter(fact -> fact.about() == About.USER)
                                .map(fact -> ((Ailment.Name) fact).name())
                                .findFirst()
                                .orElse("www-data")
                        + " " + what;
            case OFFLINE ->
                words.say("посмотреть адреса и маршрут: ", "see the addresses and the route: ")
                        + "ip -br addr; ip route; systemctl status networking systemd-networkd";
            case DNS_BROKEN ->
                words.say(
                                "спросить самим и посмотреть, кого сервер спрашивает: ",
                                "ask yourself, and see whom this machine asks: ")
                        + "getent hosts " + what + "; cat /etc/resolv.conf";
            case CERTIFICATE_EXPIRED, CERTIFICATE_ENDS, CERTIFICATE_AGES ->
                words.say("продлить: ", "renew it: ") + "sudo certbot renew; sudo systemctl reload nginx";
            case CLOCK_WRONG ->
                words.say("посмотреть, откуда он берёт время: ", "see where this machine has its time from: ")
                        + "timedatectl; sudo timedatectl set-ntp true; sudo systemctl restart systemd-timesyncd";
            case CERTIFICATE_NAME, CERTIFICATE_CHAIN ->
                words.say("посмотреть, какой сертификат отдаёт nginx: ", "see which certificate nginx sends: ")
                        + "sudo nginx -T | grep ssl_certificate; sudo certbot certificates";
            case DATABASE_AWAY ->
                words.say("посмотреть, работает ли её сервер: ", "see whether its server works: ")
                        + "pg_lsclusters; systemctl status 'postgresql*'; sudo journalctl -u 'postgresql*' -n 30";
            case CONNECTIONS_OUT, CONNECTIONS_END ->
                words.say("найти, кто их занял: ", "find who has taken them: ")
                        + "sudo -u postgres psql -c \"select usename, application_name, state, count(*) from"
                        + " pg_stat_activity group by 1, 2, 3 order by 4 desc\"";
            case DATABASE_LOCKED ->
                words.say("узнать, чем занят этот процесс: ", "find what this process does: ") + "sudo lsof " + what;
        };
    }
}
