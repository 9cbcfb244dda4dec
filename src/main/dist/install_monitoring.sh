#!/bin/bash
# Installs, upgrades or removes Lectio Monitor where it is not a package: sudo bash install_monitoring.sh [OPTIONS]
# The new version is laid beside the old one and tried; one rename makes it current, and takes it back where it does not guard.
set -euo pipefail

usage() {
    cat <<'END'
usage: sudo bash install_monitoring.sh [--dry-run] [--non-interactive] [--uninstall [--purge]] [--help]
  (nothing)          installs, or upgrades and keeps configuration and state; asks for the Telegram bot where none is configured
  --dry-run          says what it would do, and does nothing
  --non-interactive  asks nothing
  --uninstall        takes it away; config.env, state and logs stay
  --purge            with --uninstall: those too
LECTIO_SITE_UNIT=keep in the environment leaves the site's own unit as it is.
END
}

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
dry='' interactive=yes action=install purge='' new='' previous='' rollback='' answered='' kept=''

die() {
    echo "install_monitoring.sh: $*" >&2
    exit 1
}

say() { echo "== $*"; }

managed_by_dpkg() { [ "$(dpkg-query -W -f '${db:Status-Status}' lectio-monitor 2>/dev/null)" = installed ]; }

check_host() {
    [ "$(id -u)" = 0 ] || die "it must be root: sudo bash $0"
    [ -f "$here/runtime/lib/modules" ] ||
        die "this folder has the scripts but no runtime. From a clone: ./lectio package, then unpack dist/lectio-monitor-*.tar.gz on the server"
    [ "$(uname -sm)" = "Linux x86_64" ] || die "made for Linux on x86_64, and this is $(uname -sm)"
    [ -d /run/systemd/system ] || die "systemd does not run here, and the guard works by it"
    if managed_by_dpkg; then
        if [ "$action" = uninstall ]; then
            die "it is a package here: sudo apt ${purge:+purge}${purge:-remove} lectio-monitor"
        fi
        die "it is a package here: sudo apt install ./lectio-monitor_VERSION_amd64.deb, or first sudo apt remove lectio-monitor"
    fi
    exec 9</opt
    flock -w 30 9 || die "another installation is at work"  # what a killed one has begun still ends
    # shellcheck source=src/main/dist/setup.sh
    . "$here/lib/setup.sh"
    check_home
}

check_space() {
    local needed there
    needed=$(($(du -sk --apparent-size "$here" | cut -f 1) + 20000))
    there=$(df -Pk "$([ -d "$home" ] && echo "$home" || echo /opt)" | awk 'NR == 2 { print $4 }')
    [ "$there" -ge "$needed" ] || die "$home has $((there / 1024)) MB left, and $((needed / 1024)) are needed; nothing was changed"
}

# A complete version in a folder of its own, as it was made: a copy by scp has other rights and times.
lay() {
    say "laying the new version beside what is there"
    new=$home/versions/$(date +%Y%m%d-%H%M%S)-$$
    local part=$home/versions/.$$.new
    mkdir -p "$part"
    cp -RL "$here"/{bin,lib,runtime,systemd,sudoers.d,share,config.env.example} "$here"/*_*.sh "$part/"
    chown -R root:root "$part"
    find "$part" -type d -exec chmod 755 {} + -o -type f -exec chmod 644 {} +
    chmod 755 "$part"/runtime/bin/* "$part/runtime/lib/jspawnhelper"
    grep -rlIZ --exclude-dir=lib --exclude-dir=runtime '^#!' "$part" | xargs -0 chmod 755
    touch -d "@$(cat "$part/lib/.seconds")" "$part"/lib/*
    "$part/bin/lectio" version >/dev/null || die "the new version does not run on this machine; nothing was changed"
    sync -f "$part"
    mv "$part" "$new"
}

link() { # TARGET LINK
    if [ -d "$2" ] && [ ! -L "$2" ]; then # of ./lectio dist
        mkdir -p "$home/versions/before"
        mv "$2" "$home/versions/before/"
    fi
    ln -sfn "$1" "$2.new"
    mv -T "$2.new" "$2"
}

units=(lectio-monitor.service failure-notifier@.service)

# $1 is what guards from now on
make_current() {
    link "versions/$(basename "$1")" "$home/current"
    local name
    for name in "$1"/*; do
        name=${name##*/}
        [ "$(readlink "$home/$name")" = "current/$name" ] || link "current/$name" "$home/$name"
    done
    for name in "${units[@]}"; do
        if [ -f "$1/systemd/$name" ]; then
            cp "$1/systemd/$name" "/etc/systemd/system/.$name.new"
            mv "/etc/systemd/system/.$name.new" "/etc/systemd/system/$name"
        fi
    done
}

outside=(/usr/local/bin/lectio /usr/local/share/man/man1/lectio.1 /usr/local/share/bash-completion/completions/lectio)

lay_outside() {
    mkdir -p "${outside[@]%/*}"
    ln -sfn "$home/bin/lectio" "${outside[0]}"
    ln -sfn "$home/share/man/man1/lectio.1" "${outside[1]}"
    ln -sfn "$home/share/bash-completion/completions/lectio" "${outside[2]}"
    if [ -d /etc/logrotate.d ]; then cp "$home/share/doc/lectio-monitor/logrotate" /etc/logrotate.d/lectio-monitor; fi
}

# however it ends before it is done
undo() {
    local code=$?
    trap - EXIT
    trap '' INT TERM HUP
    if [ -n "$rollback" ]; then
        say "going back to what was there"
        if [ -n "$previous" ]; then
            make_current "$home/$previous"
            start_guard again || true
        else
            remove
            [ -n "$kept" ] || purge_files
        fi
    fi
    if [ -n "$new" ]; then rm -rf "$new" "$home/versions/.$$.new"; fi
    rmdir "$home/versions" "$home" 2>/dev/null || true
    exit "$code"
}

install() {
    if [ -n "$dry" ]; then
        cat <<END
would lay a version of $(du -sh --apparent-size "$here" | cut -f 1) below $home/versions, and make it current ($home/current, /usr/local/bin/lectio)
would $([ -e "$home/config.env" ] && echo "keep $home/config.env, and add the keys that are new as comments" || echo "write $home/config.env, readable for root alone")
would have this line in root's crontab: $cron_line
would enable and start lectio-monitor.service, and lay /etc/logrotate.d/lectio-monitor
would $([ "${LECTIO_SITE_UNIT:-}" = keep ] && echo "leave the site's unit as it is" || echo "show and lay the drop-in of the site's unit: lectio unit show"); nginx's files are never touched
END
        return
    fi
    local each
    previous=$(readlink "$home/current" || true)
    # where an installation was cut off, the one that is at work may be another
    each=$(readlink "/proc/$(systemctl show -p MainPID --value lectio-monitor.service)/exe" || true)
    if [[ $each = "$home"/versions/* ]]; then previous=versions/$(echo "${each#"$home"/versions/}" | cut -d / -f 1); fi
    [ -z "$previous" ] || [ -d "$home/$previous" ] || previous=
    for each in "$home"/versions/* "$home"/versions/.*.new; do
        case $each in "$home/$previous" | "$(readlink -f "$home/current")" | "$home/versions/before" | "$here") ;; *) rm -rf "$each" ;; esac
    done
    check_space
    if [ -z "$previous" ] && [ -f "$home/bin/lectio" ]; then # laid by ./lectio dist
        previous=versions/before
        mkdir -p "$home/$previous/systemd"
        cp "/etc/systemd/system/${units[0]}" "$home/$previous/systemd/" 2>/dev/null || true
    fi
    if [ -n "$previous" ] && answers; then answered=yes; fi
    for each in "$home/config.env" "$state" "$logs"; do if [ -e "$each" ]; then kept=yes; fi; done
    trap undo EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    [ "$here" = "$(readlink -f "$home/current" || true)" ] || lay
    rollback=yes
    prepare_folders
    local fresh=fresh
    if [ -e "$state/enabled" ]; then fresh=again; fi
    make_current "${new:-$here}"
    lay_outside
    prepare_files
    say "starting the guard"
    if ! start_guard "$fresh"; then
        [ -z "$answered" ] || die "the new version does not guard"
    fi
    rollback=
    cron on || true
    for each in "$home"/versions/* "$home"/versions/.*.new; do
        if [ "$each" != "$(readlink -f "$home/current")" ]; then rm -rf "$each"; fi
    done
    new=
    if [ "$fresh" = fresh ] || has_drop_in; then site_unit apply; fi
    : >"$state/enabled"
    trap - EXIT
    if [ -n "$interactive" ] && [ -t 0 ] && ! grep -Eq '^ *(export +)?TELEGRAM_BOT_TOKEN=.' "$home/config.env"; then
        "$home/bin/lectio" telegram setup || true
    fi
    warn_without_token
    say "done: sudo lectio status; to take it away: sudo bash $home/install_monitoring.sh --uninstall"
}

remove() {
    if [ -x "$home/bin/lectio" ]; then stop_guard; fi
    cron off
    systemctl --quiet disable --now lectio-monitor.service 2>/dev/null || true
    rm -f "${units[@]/#//etc/systemd/system/}" "${units[@]/#//etc/systemd/system/.}" /etc/logrotate.d/lectio-monitor
    local each
    for each in "${outside[@]}"; do
        if [ -L "$each" ] && [[ $(readlink "$each") = "$home"/* ]]; then rm -f "$each"; fi
    done
    find "$home" -maxdepth 1 -type l -lname 'current/*' -delete
    rm -rf "$home/current" "$home/current.new" "$home/versions"
    rmdir "$home" 2>/dev/null || true
    systemctl daemon-reload
}

uninstall() {
    [ -d "$home" ] || die "it is not installed here"
    if [ -n "$dry" ]; then
        echo "would take away the guard, its unit, root's crontab line and the drop-in of the site's unit;" \
            "$([ -n "$purge" ] && echo "and" || echo "would keep") $home/config.env, $state, $logs"
        return
    fi
    remove
    if [ -n "$purge" ]; then purge_files; fi
    say "removed${purge:+ with configuration, state and logs}; the site was not touched"
}

main() {
    while [ $# -gt 0 ]; do
        case $1 in
            --dry-run) dry=yes ;;
            --non-interactive) interactive='' ;;
            --uninstall) action=uninstall ;;
            --purge) purge=purge ;;
            --help | -h) usage; exit ;;
            *) usage >&2; exit 2 ;;
        esac
        shift
    done
    [ -z "$purge" ] || [ "$action" = uninstall ] || { usage >&2; exit 2; }
    check_host
    "$action"
}

main "$@"
exit
