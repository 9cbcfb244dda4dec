#!/bin/sh
# deploy_safe.sh frontend PATH, backend [PATH] or full FRONTEND [BACKEND]: the same as `lectio deploy`.
exec "$(dirname "$(readlink -f "$0")")/bin/lectio" deploy "$@"
