#!/bin/sh
# Runs once, when the server's data directory is made: three databases, and for each an owner, who
# migrates it, and a least-privileged runtime role. Every role has a password of its own, in a file
# below $SECRETS named <role>_password; psql reads it, so that no process list ever shows it.
set -eu

SECRETS=${SECRETS:-/run/secrets}
export SECRETS

make_database() { # database, prefix of its roles
  for role in "$2_owner" "$2_hub"; do
    if [ ! -s "$SECRETS/${role}_password" ]; then
      echo "databases.sh: $SECRETS/${role}_password is missing or empty; docker/make-secrets.sh makes it" >&2
      exit 1
    fi
  done
  OWNER=$2_owner RUNTIME=$2_hub \
    psql -v ON_ERROR_STOP=1 -v database="$1" -v owner="$2_owner" -v runtime="$2_hub" \
    --no-psqlrc --quiet --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
\set owner_password `cat "$SECRETS/${OWNER}_password"`
\set runtime_password `cat "$SECRETS/${RUNTIME}_password"`
CREATE ROLE :"owner" LOGIN PASSWORD :'owner_password';
CREATE ROLE :"runtime" LOGIN PASSWORD :'runtime_password';
CREATE DATABASE :"database" OWNER :"owner";
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO :"runtime";
SQL
}

make_database inventory inventory
make_database finance finance
make_database hub store
# Nobody but a superuser has business in the server's own database.
psql -v ON_ERROR_STOP=1 --no-psqlrc --quiet --username "${POSTGRES_USER:-postgres}" --dbname postgres \
  --command 'REVOKE CONNECT ON DATABASE postgres FROM PUBLIC'
