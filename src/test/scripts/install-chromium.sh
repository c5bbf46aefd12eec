#!/bin/sh
# Installs Debian's chromium and chromedriver, with which the browser test looks at the console.
# Does nothing where both are installed already.
set -eu

if [ -x /usr/bin/chromium ] && [ -x /usr/bin/chromedriver ]; then
  exit 0
fi

give_up() {
  echo "install-chromium: $1" >&2
  exit 1
}

command -v apt-get >/dev/null 2>&1 ||
  give_up "there is no apt-get here. Install Chromium and its driver so that /usr/bin/chromium and /usr/bin/chromedriver exist, then run the tests again."

as_root=
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null 2>&1 ||
    give_up "neither root nor sudo. Ask an administrator to run: apt-get install --no-install-recommends chromium chromium-driver fonts-dejavu-core"
  as_root=sudo
fi

echo "install-chromium: installing Debian's chromium and chromium-driver, about a minute"
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update >/dev/null ||
  give_up "apt-get update failed. Check the package sources and the network, then run this again."
$as_root env DEBIAN_FRONTEND=noninteractive \
  apt-get -q install -y --no-install-recommends chromium chromium-driver fonts-dejavu-core >/dev/null ||
  give_up "apt-get could not install chromium. Run it by hand to see why."

if [ ! -x /usr/bin/chromium ] || [ ! -x /usr/bin/chromedriver ]; then
  give_up "the packages are installed but /usr/bin/chromium or /usr/bin/chromedriver is missing. Install them by hand."
fi
echo "install-chromium: done"
