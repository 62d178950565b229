#!/usr/bin/env bash
# Installs Debian packages, quietly; without root it says which ones to ask for.
#   apt.sh PACKAGE...
set -euo pipefail
if [ "$(id -u)" != 0 ]; then
    echo "missing Debian packages: $*" >&2
    echo "ask for: sudo apt-get install --no-install-recommends $*" >&2
    exit 1
fi
command -v apt-get >/dev/null || { echo "missing, and there is no apt-get to install them: $*" >&2; exit 1; }
echo "installing $*"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
install() { apt-get install -y --no-install-recommends "$@" >"$log" 2>&1; }
# Package lists may be missing or too old to install from: then fetch them, and try once more.
install "$@" || { apt-get update >"$log" 2>&1 && install "$@"; } || { tail -n 20 "$log" >&2; exit 1; }
