#!/bin/sh
# Installs promtool, with which the alert rules are tested, from Debian's package prometheus.
# Does nothing where it is installed already; never starts the machine-wide Prometheus.
set -eu

if command -v promtool >/dev/null 2>&1; then
  exit 0
fi

give_up() {
  echo "install-promtool: $1" >&2
  exit 1
}

command -v apt-get >/dev/null 2>&1 ||
  give_up "there is no apt-get here. Put promtool of Prometheus 2.42 or newer on the path, then run the tests again."

as_root=
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null 2>&1 ||
    give_up "neither root nor sudo. Ask an administrator to run: apt-get install --no-install-recommends prometheus"
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

echo "install-promtool: installing Debian's prometheus, a few seconds"
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update >/dev/null ||
  give_up "apt-get update failed. Check the package sources and the network, then run this again."
$as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
  apt-get -q install -y --no-install-recommends prometheus >/dev/null ||
  give_up "apt-get could not install prometheus. Run it by hand to see why."

# Nor after the next boot.
if command -v systemctl >/dev/null 2>&1; then
  $as_root systemctl disable prometheus >/dev/null 2>&1 || true
fi

command -v promtool >/dev/null 2>&1 ||
  give_up "the package is installed but promtool is missing. Put promtool 2.42 or newer on the path."
echo "install-promtool: done"
