#!/bin/sh
# Makes the passwords of a deployment below docker/secrets (or the folder given), one file each, and
# the broker's definitions with their hashes. What is there already stays: run it again after an
# upgrade. Nothing is printed but the names of the files that were made.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$here/secrets}
# Only its owner enters the folder; the files in it are read by the containers' own users.
mkdir -p "$folder"
chmod 0700 "$folder"

secret() { # name, how it begins
  if [ -s "$folder/$1" ]; then
    return
  fi
  printf '%s%s' "${2:-}" "$(head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n')" > "$folder/$1.new"
  chmod 0444 "$folder/$1.new"
  mv "$folder/$1.new" "$folder/$1"
  echo "made $folder/$1"
}

secret postgres_password
for role in inventory_owner inventory_hub finance_owner finance_hub store_owner store_hub; do
  secret "${role}_password"
done
for user in relay finance store ops; do
  secret "rabbitmq_${user}_password"
done
secret grafana_admin_password

# The hub's users: a token for Prometheus, of which the hub knows only the hash. People are added
# with the hub's own command, see README.md.
secret prometheus_token tly_
users=$folder/users.conf
if [ ! -s "$users" ]; then
  hash=$(tr -d '\n' < "$folder/prometheus_token" | openssl dgst -sha256 -r | cut -d ' ' -f 1)
  expires=$(($(date -u +%Y) + 1))-$(date -u +%m)-01T00:00:00Z
  printf 'token  prometheus  viewer  %s  %s\n' "$hash" "$expires" > "$users"
  chmod 0644 "$users"
  echo "made $users"
fi

definitions=$folder/rabbitmq_definitions.json
if [ ! -s "$definitions" ] ||
  [ -n "$(find "$here/rabbitmq/definitions.json" -newer "$definitions")" ]; then
  rm -f "$definitions"
  RELAY_PASSWORD_FILE=$folder/rabbitmq_relay_password \
    FINANCE_PASSWORD_FILE=$folder/rabbitmq_finance_password \
    STORE_PASSWORD_FILE=$folder/rabbitmq_store_password \
    OPS_PASSWORD_FILE=$folder/rabbitmq_ops_password \
    "$here/rabbitmq/users.sh" "$definitions"
  chmod 0444 "$definitions"
  echo "made $definitions"
fi
