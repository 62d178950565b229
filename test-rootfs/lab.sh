#!/usr/bin/env bash
# A throw-away machine for docs/labs, made of namespaces: nothing that is done in it reaches the host, and nothing of it stays.
#   lab.sh [COMMAND [ARG...]]      default: a shell
# It has its own mounts, processes, network (loopback alone), hostname, IPC and cgroups. /run and /var/lib/jpod are empty, so plain
# jpod commands with their default state root start from nothing. A resident jpod makes them quick. The current directory has root
# file systems: busybox; probe, one program that says what it sees; lab, busybox with that program in /bin.
set -euo pipefail
home=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")

die() { echo "lab.sh: $*" >&2; exit 1; }

outside() {
    [ "$(id -u)" = 0 ] || die "namespaces without a user namespace are for root: sudo make lab-shell"
    [ -e "$home/lib/jpod/brain.argv" ] && [ -e "$home/test-rootfs/out/lab.stamp" ] || die "first: make build rootfs"
    local top=/sys/fs/cgroup
    [ ! -e $top/unified/cgroup.procs ] || top=$top/unified
    cgroup=$top/jpod-lab-$$ # not local: the trap runs outside of this function
    trap 'clean "$cgroup"' EXIT
    mkdir "$cgroup" "$cgroup/shell"
    local status=0
    # The top of a cgroup namespace is where the process is that makes it. After that it moves on: no processes in inner nodes
    # (cgroups(7)), or no controller could be turned on for the cgroups below.
    (
        echo "$BASHPID" >"$cgroup/cgroup.procs"
        exec unshare --cgroup "$0" --between "$cgroup/shell" "$@"
    ) || status=$?
    exit "$status"
}

clean() { # CGROUP
    # Processes that were killed with their pid namespace may need a moment to leave.
    while [ -e "$1" ]; do
        find "$1" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.05
    done
}

between() { # CGROUP [COMMAND...]
    echo $$ >"$1/cgroup.procs"
    shift
    exec unshare --mount --net --uts --ipc --pid --fork --kill-child --mount-proc "$0" --inside "$@"
}

inside() {
    mount -t sysfs sysfs /sys
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    mount -t tmpfs -o mode=755 tmpfs /run
    # Over a copy-on-write /var/lib, since the host may lack the directory, and does not get it from us.
    mkdir /run/var-lib /run/var-lib/{upper,work}
    mount -t overlay -o lowerdir=/var/lib,upperdir=/run/var-lib/upper,workdir=/run/var-lib/work overlay /var/lib
    mkdir -p /var/lib/jpod
    mount -t tmpfs -o mode=755 tmpfs /var/lib/jpod
    mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs /dev/shm
    ip link set lo up
    hostname lab

    mkdir -p -m 700 /run/lab
    cd /run/lab
    cp -a "$home"/test-rootfs/out/{busybox,probe,lab} .
    unset LISTEN_FDS JPOD_ONESHOT
    export HOME=/run/lab PATH=$home/bin:$PATH JPOD_SOCKET=/run/jpod-brain/brain.sock PS1='\h:\w\$ '
    JPOD_ONESHOT=1 jpod serve </dev/null >/run/jpod-serve.log 2>&1 &
    until [ -S "$JPOD_SOCKET" ]; do
        kill -0 $! 2>/dev/null || die "jpod serve: $(cat /run/jpod-serve.log)"
        sleep 0.05
    done
    local status=0
    "${@:-bash}" || status=$?
    exit "$status"
}

case ${1-} in
--between | --inside)
    step=${1#--}
    shift
    "$step" "$@"
    ;;
*) outside "$@" ;;
esac
