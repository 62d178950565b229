#!/usr/bin/env bash
# What jpod does, in a minute, on containers from a busybox root file system. Started by make demo.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=test-rootfs/out/busybox name=demo-$$

[ "$(id -u)" = 0 ] || { echo "the demo makes containers as root: sudo make demo" >&2; exit 1; }

bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' plain=$'\e[0m'; fi
say() { printf '\n%s# %s%s\n' "$bold" "$1" "$plain"; }
show() { # COMMAND [ARG...]: prints it as one would type it, then runs it
    printf '$'
    for word; do
        if [[ $word =~ ^[A-Za-z0-9_./:=,-]+$ ]]; then printf ' %s' "$word"; else printf " '%s'" "$word"; fi
    done
    printf '\n'
    "$@"
}
trap 'bin/jpod delete --force "$name" >/dev/null 2>&1 || true; bin/jpod pod rm --force "$name" >/dev/null 2>&1 || true' EXIT

say "A container is a program of system calls. This is the one that would run, before anything happens:"
show bin/jpod explain --rootfs "$root" -- true

say "Its own hostname, its own processes, its own root; your terminal and exit code."
show bin/jpod run --rm --rootfs "$root" --hostname box -- sh -c 'hostname; ps; ls /'

say "An environment, a user, a directory from outside that it may read but not write."
show bin/jpod run --rm --rootfs "$root" -e GREETING=hello -u 1000 -v "$PWD/test-rootfs:/data:ro" -w /data -- \
    sh -c 'id; echo $GREETING from $PWD; touch new || true'

say "A root that cannot be changed."
show bin/jpod run --rm --rootfs "$root" --read-only -- sh -c 'touch /file || echo "exit code $?"'

if grep -qw memory /sys/fs/cgroup/cgroup.controllers 2>/dev/null; then
    say "Limits: 64 MiB and 20 processes."
    show bin/jpod run --rm --rootfs "$root" --memory 64m --pids-limit 20 -- sh -c 'cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max'
else
    say "Limits need cgroup v2 with its controllers, which this machine does not have; make test-vm brings its own."
fi

say "In the background: it goes on when the command that started it has ended."
show bin/jpod run -d --name "$name" --rootfs "$root" -- sh -c 'while sleep 1; do date; done'
show bin/jpod list
show bin/jpod exec "$name" ps
sleep 2
show bin/jpod logs "$name"
show bin/jpod kill "$name" KILL
show bin/jpod delete --force "$name"

say "A pod: two containers with one address and one host name, each with its own files and processes."
show bin/jpod pod create "$name" --network none
show bin/jpod run -d --pod "$name" --name "$name-web" --rootfs "$root" -- httpd -f -p 8000 -h /etc
show bin/jpod run --pod "$name" --rootfs "$root" -- sh -c 'ps; wget -qO- http://localhost:8000/hostname'
show bin/jpod pod ns "$name"
show bin/jpod pod rm --force "$name"
show bin/jpod doctor
