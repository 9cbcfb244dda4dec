#!/bin/bash
# Lays one root file system: Debian, then the plan's site. Called by make.sh. usage: build.sh RELEASE ROOT
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
release=$1 root=$2
packages=systemd,systemd-sysv,dbus,nginx-light,gunicorn,python3-django,sqlite3,cron,monit,curl,procps,psmisc,iproute2
packages+=,openssh-server,sudo,less,ca-certificates,acl,attr,strace,util-linux
packages+=,postgresql,redis-server,python3-celery,python3-redis,prometheus-blackbox-exporter

# The mirror that this machine uses, when it is a Debian one.
configured=$(cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null || true)
mirror=$(awk '$1 == "URIs:" { print $2 } $1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /^https?:/) print $i }' <<<"$configured" \
  | grep -m1 -E '/debian/?$' || echo http://deb.debian.org/debian)

debootstrap --variant=minbase --include="$packages" "$release" "$root" "$mirror"
chroot "$root" apt-get clean
rm -rf "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale,info} "$root"/var/log/{bootstrap,dpkg,alternatives}.log

site=$root/var/www/teaching_panel
build=$site/frontend/build
mkdir -p "$build" "$site/backups" "$root/var/log/teaching_panel"
cp -r "$here/site/page/." "$build"
cp -r "$here/site/django" "$site/teaching_panel"
for i in $(seq 200); do echo "console.log('chunk $i');" >"$build/static/js/$i.chunk.js"; done
find "$site" -type d -exec chmod 755 {} + -o -exec chmod 644 {} +
# umask: the page's rights must not depend on who builds
chroot "$root" sh -euc 'umask 022
  cd /var/www/teaching_panel/teaching_panel && python3 manage.py migrate -v0
  chown -R www-data:www-data /var/www/teaching_panel /var/log/teaching_panel'

cp --remove-destination "$here/site/nginx.conf" "$root/etc/nginx/sites-enabled/default"
cp "$here/site/teaching_panel.service" "$root/etc/systemd/system/teaching_panel.service"
SYSTEMD_OFFLINE=1 chroot "$root" systemctl --quiet enable teaching_panel.service
# Monit is there to be compared with, and started by hand, as are these servers. The others want hardware or a console.
SYSTEMD_OFFLINE=1 chroot "$root" systemctl --quiet disable monit.service redis-server.service prometheus-blackbox-exporter.service
echo manual >"$(echo "$root"/etc/postgresql/*/main/start.conf)"
SYSTEMD_OFFLINE=1 chroot "$root" systemctl --quiet mask getty@tty1 console-getty systemd-logind systemd-modules-load kmod-static-nodes
printf '127.0.0.1 localhost\n::1 localhost\n' >"$root/etc/hosts"
echo testhost >"$root/etc/hostname"
