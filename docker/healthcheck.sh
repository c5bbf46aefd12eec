#!/usr/bin/env bash
# Ends with 0 if this container's hub can do its work. The image has no curl; bash speaks TCP.
# Behind HTTPS give the hub a plain port for this: --management.server.port and HEALTH_PORT.
set -euo pipefail

port=${HEALTH_PORT:-${SERVER_PORT:-8080}}
exec 3<>"/dev/tcp/127.0.0.1/$port"
printf 'GET /actuator/health/readiness HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
IFS=' ' read -r -t 4 _ status _ <&3
[ "$status" = 200 ] || {
  echo "the hub is not ready: readiness answers $status" >&2
  exit 1
}
