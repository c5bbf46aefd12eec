#!/bin/sh
# Installs Debian's rabbitmq-server, of which the integration tests start a private node.
# Does nothing where it is installed already; never starts the machine-wide broker.
set -eu

if [ -d /usr/lib/rabbitmq ]; then
  exit 0
fi

give_up() {
  echo "install-rabbitmq: $1" >&2
  exit 1
}

command -v apt-get >/dev/null 2>&1 ||
  give_up "there is no apt-get here. Install RabbitMQ 3.10 or newer so that /usr/lib/rabbitmq exists, then run the tests again."

as_root=
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null 2>&1 ||
    give_up "neither root nor sudo. Ask an administrator to run: apt-get install --no-install-recommends rabbitmq-server"
  as_root=sudo
fi

# Debian starts a service as soon as it is installed unless a policy forbids it. A policy that is
# there already is the administrator's and stays; RUNLEVEL=1 keeps older scripts quiet too.
policy=/usr/sbin/policy-rc.d
made_policy=
remove_policy() {
  if [ -n "$made_policy" ]; then
    $as_root rm -f "$policy"
  fi
}
trap remove_policy EXIT
trap 'exit 1' HUP INT TERM
if [ ! -e "$policy" ]; then
  made_policy=yes
  printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
  $as_root chmod 755 "$policy"
fi

echo "install-rabbitmq: installing Debian's rabbitmq-server, about half a minute"
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update >/dev/null ||
  give_up "apt-get update failed. Check the package sources and the network, then run this again."
$as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
  apt-get -q install -y --no-install-recommends rabbitmq-server >/dev/null ||
  give_up "apt-get could not install rabbitmq-server. Run it by hand to see why."

[ -d /usr/lib/rabbitmq ] ||
  give_up "the package is installed but /usr/lib/rabbitmq is missing. Install RabbitMQ 3.10 or newer by hand."
echo "install-rabbitmq: done"
