#!/bin/bash
# Process 1 of the test machine: makes it look like a host that systemd has set up, runs the command, powers off.

mount() { busybox mount "$@"; } # one file to read through virtiofs instead of seven
mkdir -p /dev/pts /dev/shm /dev/mqueue
mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /dev/pts
mount -t tmpfs -o mode=1777 shm /dev/shm
mount -t mqueue mqueue /dev/mqueue
mount -t securityfs securityfs /sys/kernel/security
mount -t bpf bpf /sys/fs/bpf
ln -sfn /proc/self/fd /dev/fd
ln -sfn /proc/self/fd/0 /dev/stdin
ln -sfn /proc/self/fd/1 /dev/stdout
ln -sfn /proc/self/fd/2 /dev/stderr
mkdir -p /run/lock

# Processes in a child and all controllers on in the root, as on a host with systemd.
mount -t cgroup2 -o nsdelegate,memory_recursiveprot cgroup2 /sys/fs/cgroup
mkdir /sys/fs/cgroup/init.scope
echo $$ >/sys/fs/cgroup/init.scope/cgroup.procs
read -ra controllers </sys/fs/cgroup/cgroup.controllers
echo "${controllers[@]/#/+}" >/sys/fs/cgroup/cgroup.subtree_control

busybox hostname jpod-vm
busybox ip link set lo up
# These are not loaded by their first use.
modprobe -a tun loop br_netfilter

# A port can be open only once, so the command gets pipes, which it may open again through /dev/stdout.
. /run/vm/env
mkfifo /run/vm-stdout /run/vm-stderr
cat /run/vm-stdout >/dev/vport*p1 &
first=$!
cat /run/vm-stderr >/dev/vport*p2 &
second=$!

cd "$cwd" 2>/dev/null || cd "$checkout"
setsid bash -c "exec $(cat /run/vm/command)" </dev/null >/run/vm-stdout 2>/run/vm-stderr
echo $? >/run/vm/status

# A daemon that was left behind may hold the pipes open.
for _ in $(seq 300); do
    kill -0 $first $second 2>/dev/null || break
    sleep 0.1
done
sync -f /run/vm
busybox poweroff -f
