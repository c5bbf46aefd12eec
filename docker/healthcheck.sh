#!/usr/bin/env bash
# Ends with 0 if this container's hub can do its work. The image has no curl; bash speaks TCP, and
# openssl speaks TLS (HEALTH_SCHEME=https). Only this container's own port is asked.
set -euo pipefail

port=${HEALTH_PORT:-${SERVER_PORT:-8080}}
request=$'GET /actuator/health/readiness HTTP/1.0\r\nHost: localhost\r\n\r\n'
if [ "${HEALTH_SCHEME:-http}" = https ]; then
  answer=$(printf '%s' "$request" | timeout 4 openssl s_client -quiet -connect "127.0.0.1:$port" 2>/dev/null)
else
  exec 3<>"/dev/tcp/127.0.0.1/$port"
  printf '%s' "$request" >&3
  IFS= read -r -t 4 answer <&3
fi
IFS=' ' read -r _ status _ <<<"$answer"
[ "$status" = 200 ] || {
  echo "the hub is not ready: readiness answers $status" >&2
  exit 1
}
