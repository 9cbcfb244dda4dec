#!/bin/bash
# The plan's health_check.sh read word for word: what an administrator writes in an afternoon. Run by cron each minute.
# Checks: HTTP status, answer below 5 s, frontend permissions, gunicorn workers, disk space, free memory, database connection.
# Recovery: fix the permissions, restart teaching_panel, restart nginx; 3 attempts in a row, then 5 minutes' cooldown.
PATH=/usr/sbin:/usr/bin:/sbin:/bin # cron's own has no sbin, where runuser is
SITE=http://localhost
BUILD=/var/www/teaching_panel/frontend/build
DATABASE=/var/www/teaching_panel/teaching_panel/db.sqlite3
LOGS=/var/log/lectio-monitor
STATE=/var/lib/lectio-monitor
MAX_ATTEMPTS=3
COOLDOWN=300
mkdir -p "$LOGS" "$STATE"

log() { echo "$(date '+%F %T') $1 $2" >>"$LOGS/health.log"; }
alert() { echo "$(date '+%F %T') $1 $2" >>"$LOGS/alerts.log"; log "$1" "$2"; }

answers() { [ "$(curl -s -o /dev/null -m 5 -w '%{http_code}' "$SITE$1")" = 200 ]; }
site_answers() { answers / && answers /api/health/; }
permissions_are_right() { [ "$(stat -c %U "$BUILD")" = www-data ] && runuser -u www-data -- test -r "$BUILD/index.html"; }

disk=$(df --output=pcent / | tail -1 | tr -dc 0-9)
[ "$disk" -lt 90 ] || alert WARNING "disk is $disk% full"
memory=$(free -m | awk '/^Mem:/ { print $7 }')
[ "$memory" -gt 100 ] || alert WARNING "$memory MB of memory are free"
runuser -u www-data -- sqlite3 "$DATABASE" 'pragma schema_version' >/dev/null 2>&1 || alert CRITICAL "the database does not answer"

problem=
answers / || problem="the page does not answer 200 in time"
answers /api/health/ || problem="$problem; the API does not answer 200 in time"
permissions_are_right || problem="$problem; the permissions are wrong"
[ "$(pgrep -c -u www-data -f gunicorn)" -ge 2 ] || problem="$problem; gunicorn has no workers"
if [ -z "$problem" ]; then
  log INFO "all is well"
  rm -f "$STATE/attempts" "$STATE/cooldown"
  exit 0
fi

now=$(date +%s)
if [ -e "$STATE/cooldown" ]; then
  if [ $((now - $(cat "$STATE/cooldown"))) -lt "$COOLDOWN" ]; then
    log ERROR "${problem#; }; cooling down"
    exit 1
  fi
  rm -f "$STATE/attempts" "$STATE/cooldown"
fi
attempts=$(($(cat "$STATE/attempts" 2>/dev/null || echo 0) + 1))
if [ "$attempts" -gt "$MAX_ATTEMPTS" ]; then
  echo "$now" >"$STATE/cooldown"
  alert CRITICAL "the site is down, $MAX_ATTEMPTS attempts did not help; a person is needed"
  exit 1
fi
echo "$attempts" >"$STATE/attempts"
alert WARNING "problem found: ${problem#; }; recovery $attempts of $MAX_ATTEMPTS started"

chown -R www-data:www-data "$BUILD"
chmod -R 755 "$BUILD"
if ! site_answers; then
  systemctl restart teaching_panel
  sleep 3
fi
if ! site_answers; then
  systemctl restart nginx
  sleep 1
fi
if site_answers; then
  alert INFO "the site is back"
  rm -f "$STATE/attempts"
  exit 0
fi
exit 1
