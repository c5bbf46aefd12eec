#!/bin/sh
# Runs once, when the server's data directory is made: three databases, an owner and a
# least-privileged runtime role for each. Passwords come from the environment.
set -eu

make_database() { # database, role prefix
  psql -v ON_ERROR_STOP=1 -v password="$HUB_PASSWORD" --username "$POSTGRES_USER" --dbname postgres <<SQL
CREATE ROLE $2_owner LOGIN PASSWORD :'password';
CREATE ROLE $2_hub LOGIN PASSWORD :'password';
CREATE DATABASE $1 OWNER $2_owner;
REVOKE ALL ON DATABASE $1 FROM PUBLIC;
GRANT CONNECT ON DATABASE $1 TO $2_hub;
SQL
}

make_database inventory inventory
make_database finance finance
make_database hub store
