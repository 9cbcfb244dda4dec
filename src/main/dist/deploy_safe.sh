#!/bin/sh
# deploy_safe.sh frontend PATH: the same as `lectio deploy`.
exec "$(dirname "$(readlink -f "$0")")/bin/lectio" deploy "$@"
