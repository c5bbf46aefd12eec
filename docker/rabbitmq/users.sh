#!/bin/sh
# Writes the definitions of the broker with the passwords of its four users, for load_definitions or
# `rabbitmqctl import_definitions`:
#
#   RELAY_PASSWORD=... FINANCE_PASSWORD=... STORE_PASSWORD=... OPS_PASSWORD=... docker/rabbitmq/users.sh FILE
#
# A password may also come from a file: RELAY_PASSWORD_FILE=/run/secrets/relay and so on. FILE holds
# salted hashes, no passwords, and only its owner can read it. Without this script nobody can log in:
# the definitions in the repository have no password at all.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
target=${1:?"usage: users.sh FILE"}
least=12

password_of() { # prefix of the variables; never an argument of a process
  eval "password=\${$1_PASSWORD:-} file=\${$1_PASSWORD_FILE:-}"
  if [ -n "$file" ]; then
    password=$(cat "$file")
  fi
  if [ "${#password}" -lt "$least" ]; then
    echo "$1_PASSWORD or $1_PASSWORD_FILE is missing, or has fewer than $least characters" >&2
    exit 2
  fi
}

# RabbitMQ's rabbit_password_hashing_sha256: base64 of a salt of 4 bytes and SHA-256 of salt and password.
hash() {
  salt=$(openssl rand -hex 4)
  octal=$(for byte in $(echo "$salt" | sed 's/../0x& /g'); do printf '\\%03o' "$((byte))"; done)
  {
    printf "$octal"
    { printf "$octal"; printf '%s' "$password"; } | openssl dgst -sha256 -binary
  } | openssl base64 -A
}

filled=$(cat "$here/definitions.json")
for user in relay finance store ops; do
  password_of "$(echo "$user" | tr '[:lower:]' '[:upper:]')"
  hashed=$(hash)
  filled=$(printf '%s\n' "$filled" \
    | sed "s|\"name\":\"$user\",\"password_hash\":\"\"|\"name\":\"$user\",\"password_hash\":\"$hashed\"|")
done
umask 077
printf '%s\n' "$filled" > "$target.new"
mv "$target.new" "$target"
