#!/bin/sh
# notify_failure.sh UNIT: tells that a unit has failed, also where the guard does not run. systemd calls it for OnFailure=.
exec "$(dirname "$(readlink -f "$0")")/bin/lectio" notify-failure "$@"
