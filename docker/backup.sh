#!/bin/sh
# Backs up the three databases and their roles:
#
#   PGHOST=... PGUSER=postgres docker/backup.sh FOLDER
#
# Where the server is and who asks comes from libpq's own variables (PGHOST, PGPORT, PGUSER,
# PGPASSFILE); never a password in an argument. The client must not be older than the server. Each
# backup is a folder named by its moment, readable by its owner only; it is there whole or not at
# all. Exit status: 0 done, 1 failed, 2 called wrongly.
set -eu

databases=${DATABASES:-"inventory finance hub"}
target=${1:-}
if [ -z "$target" ]; then
  echo "usage: PGHOST=... PGUSER=... backup.sh FOLDER" >&2
  exit 2
fi

umask 077
moment=$(date -u +%Y%m%dT%H%M%SZ)
unfinished=$target/.$moment.unfinished
mkdir -p "$unfinished"
trap 'rm -rf "$unfinished"' EXIT

for database in $databases; do
  pg_dump --no-password --format=custom --file="$unfinished/$database.dump" "$database"
done
# Roles and their password hashes; without them the grants in the dumps name nobody.
pg_dumpall --no-password --globals-only --file="$unfinished/roles.sql"
for database in $databases; do
  pg_restore --list "$unfinished/$database.dump" > "$unfinished/$database.contents"
done
(cd "$unfinished" && sha256sum -- *.dump roles.sql > SHA256SUMS)
mv "$unfinished" "$target/$moment"
trap - EXIT
echo "$target/$moment"
