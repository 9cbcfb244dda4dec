#!/bin/sh
# What the package's own scripts and install_monitoring.sh do alike. All of it may be done twice, and be cut off anywhere:
# the repeat completes it. The site's files and nginx's are never touched.
set -eu
home=/opt/lectio-monitor logs=/var/log/lectio-monitor state=/var/lib/lectio-monitor
cron_line="* * * * * $home/health_check.sh --cron 2>>$logs/cron.log # lectio"

note() { echo "lectio-monitor: $*" >&2; }

has_systemd() { [ -d /run/systemd/system ]; }

# What lies at $home where nothing of ours has been, such as scripts of one's own by the same names; or $home, where others may write.
foreign() {
    if [ ! -e "$home" ] || [ -e "$state" ]; then return 0; fi
    [ -d "$home" ] || { echo "$home"; return 0; }
    find "$home/" -maxdepth 0 \( ! -user root -o -perm /022 \) -print
    find "$home/" -mindepth 1 -maxdepth 1 ! -name '*_*.sh*' ! -name 'config.env*' ! -name 'lectio.yaml*' ! -name 'current*' ! -name versions \
        ! -name bin ! -name lib ! -name runtime ! -name systemd ! -name sudoers.d ! -name share ! -name '.lectio-new.*' -print
    find "$home/" -maxdepth 1 -name '*_*.sh' ! -exec grep -q bin/lectio {} \; -print
}

check_home() {
    found=$(foreign | head -n 3 | paste -sd ' ' -)
    [ -n "$found" ] || return 0
    note "$home is not of lectio, or others may write there: $found. Nothing was changed. Move it away, then repeat: sudo mv $home $home.before"
    exit 1
}

prepare_folders() {
    for folder in "$logs" "$state"; do [ -d "$folder" ] || mkdir -m 0750 "$folder"; done
}

# The configuration, closed to others, with the keys that are new as comments.
prepare_files() {
    prepare_folders
    config=$(readlink -m "$home/config.env")
    added=
    if [ -e "$config" ]; then
        chown root:root "$config"
        chmod 600 "$config"
        added=$(awk '
            FNR == 1 { file++ }
            file == 1 { if (match($0, /^[ \t#]*(export[ \t]+)?[A-Z][A-Z0-9_]*=/)) {
                key = substr($0, 1, RLENGTH - 1); sub(/.*[ \t#]/, "", key); known[key] } next }
            match($0, /\n#[A-Z][A-Z0-9_]*=/) && !(substr($0, RSTART + 2, RLENGTH - 3) in known) { print "\n" $0 }' \
            "$config" RS= "$home/config.env.example")
        [ -n "$added" ] || return 0
    fi
    (
        umask 077
        { if [ -e "$config" ]; then cat "$config"; printf '\n%s\n' "$added"; else cat "$home/config.env.example"; fi; } >"$config.new"
        sync "$config.new"
    )
    mv "$config.new" "$config"
}

# Root's crontab with our line or without it; all other lines stay as they are, byte for byte.
cron() { # on|off
    command -v crontab >/dev/null || { [ "$1" = off ] || note "there is no cron: nobody looks where the guard itself is gone. apt install cron, then repeat"; return 0; }
    work=$(mktemp -d)
    if ! crontab -u root -l >"$work/before" 2>"$work/said"; then
        grep -q '^no crontab' "$work/said" || { note "root's crontab cannot be read: $(cat "$work/said")"; rm -r "$work"; return 1; }
        : >"$work/before"
    fi
    sed "\\|$home/.*# lectio\$|d" "$work/before" >"$work/after"
    [ "$1" = off ] || echo "$cron_line" >>"$work/after"
    if [ ! -s "$work/after" ]; then
        [ ! -s "$work/before" ] || crontab -u root -r
    elif ! cmp -s "$work/before" "$work/after"; then
        crontab -u root "$work/after"
    fi
    rm -r "$work"
}

answers() { timeout 20 "$home/bin/lectio" status >/dev/null 2>&1; }

# Starts the guard anew, and returns when it answers, or 1. A unit that its owner has disabled is not enabled.
start_guard() { # fresh|again
    has_systemd || { note "systemd does not run here; the guard starts with the next boot"; return 0; }
    systemctl daemon-reload
    if [ "$1" = fresh ]; then
        systemctl --quiet enable lectio-monitor.service || { note "lectio-monitor.service cannot be enabled; repeat"; return 1; }
    fi
    if systemctl --quiet is-enabled lectio-monitor.service 2>/dev/null; then
        systemctl reset-failed lectio-monitor.service 2>/dev/null || true
        timeout 60 systemctl restart lectio-monitor.service || true
    else
        systemctl --quiet is-active lectio-monitor.service || { note "lectio-monitor.service is disabled, and stays so"; return 0; }
        timeout 60 systemctl restart lectio-monitor.service || true
    fi
    for tried in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        if answers; then return 0; fi
        [ "$(systemctl show -p NRestarts --value lectio-monitor.service)" -lt 3 ] || break
        [ "$tried" = 20 ] || sleep 0.5
    done
    note "the guard does not answer; what it says: journalctl -u lectio-monitor -n 20"
    journalctl -u lectio-monitor -n 5 -o cat --no-pager 2>/dev/null >&2 || true
    return 1
}

# The drop-in of the site's own unit: shown, then laid; or taken away.
site_unit() { # apply|remove
    if [ "$1" = apply ] && [ "${LECTIO_SITE_UNIT:-}" = keep ]; then
        note "the site's unit stays as it is (LECTIO_SITE_UNIT=keep); later: sudo lectio unit apply"
        return 0
    fi
    "$home/bin/lectio" unit "$1" --yes || note "the site's unit is as it was; sudo lectio unit $1"
}

has_drop_in() { ls /etc/systemd/system/*.service.d/50-lectio.conf >/dev/null 2>&1; }

warn_without_token() {
    grep -Eq '^[[:blank:]]*(export[[:blank:]]+)?(TELEGRAM_BOT_TOKEN|LECTIO_MAIL_TO|LECTIO_WEBHOOK_URL)=.' "$home/config.env" ||
        note "nobody is told yet: alerts go to $logs/alerts.log only. Next: sudo lectio telegram setup"
}

# cron first, so that its round does not take the place of a guard that is meant to go
stop_guard() {
    cron off
    if has_systemd; then
        site_unit remove
        systemctl --quiet disable --now lectio-monitor.service 2>/dev/null || true
    fi
    rm -f "$state/enabled"
}

# What a removal keeps. The copies of the database are the site's, and stay.
purge_files() {
    rm -rf "$logs" "$state" /run/lectio-monitor
    rm -f "$home/config.env" "$home/config.env.new" "$home/lectio.yaml"
    rmdir "$home" 2>/dev/null || [ ! -d "$home" ] || note "$home stays: it holds what is not of lectio"
}

# preinst, postinst, prerm, postrm, as dpkg calls them
by_dpkg() { # SCRIPT ACTION...
    case $1:${2:-} in
        preinst:install | preinst:upgrade)
            if [ -L "$home/current" ]; then
                note "installed here by install_monitoring.sh. Take that away first; configuration and state stay: sudo bash $home/install_monitoring.sh --uninstall"
                exit 1
            fi
            check_home
            ;;
        postinst:configure)
            prepare_files
            cron on || true
            how=fresh
            if [ -e "$state/enabled" ]; then how=again; fi
            if ! start_guard "$how"; then
                systemctl --quiet is-enabled lectio-monitor.service || exit 1
                [ "$how" = fresh ] || { note "the new version does not guard; back: apt install ./the-old-one.deb --allow-downgrades"; exit 1; }
            fi
            if has_systemd && { [ "$how" = fresh ] || has_drop_in; }; then site_unit apply; fi
            : >"$state/enabled"
            warn_without_token
            ;;
        postinst:abort-*) start_guard again || true ;;
        prerm:remove) stop_guard ;;
        postrm:remove) if has_systemd; then systemctl daemon-reload; fi ;;
        postrm:purge) purge_files ;;
        *) ;;
    esac
}
