#!/usr/bin/env bash
# Runs a command inside a throw-away virtual machine: Debian's cloud kernel, pure cgroup v2 with all controllers, all
# capabilities, the host's root file system underneath a tmpfs overlay. Nothing that the command does reaches the host,
# except what it writes to the results directory.
#
#   run.sh [--timeout SECONDS] [--memory MIB] [--cpus N] [--out DIR] [--] COMMAND [ARG...]
#
# The command starts in the same directory as on the host (in the checkout, if that is not there), with PATH, HOME, LANG,
# JAVA_HOME and JPOD_* of the caller and stdin from /dev/null; its own stdout, stderr and exit status come back. /tmp and /run
# are fresh tmpfs there (the checkout stays visible, wherever it lies). DIR (default: test-rootfs/out/vm/results) is the same
# directory inside and outside.
# Exit status 125: the machine itself failed; 124: time is up.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
checkout=$(cd "$here/../.." && pwd)
cache=$checkout/test-rootfs/out/vm
seconds=3600 memory=3072 cpus=2 out=$cache/results

die() { echo "vm: $*" >&2; exit 125; }

while [ $# -gt 0 ]; do
    case $1 in
        --timeout) seconds=$2; shift 2 ;;
        --memory) memory=$2; shift 2 ;;
        --cpus) cpus=$2; shift 2 ;;
        --out) out=$2; shift 2 ;;
        --) shift; break ;;
        -*) die "unknown option $1 (see the head of $0)" ;;
        *) break ;;
    esac
done
[ $# -gt 0 ] || die "no command given (see the head of $0)"
[ "$(id -u)" = 0 ] || die "needs root, to share the root file system with the machine"

packages=()
need() { # PACKAGE COMMAND: remembers the package when the command that proves it fails
    eval "$2" >/dev/null 2>&1 || packages+=("$1")
}
need qemu-system-x86 'command -v qemu-system-x86_64 && test -x /usr/lib/qemu/virtiofsd'
need linux-image-cloud-amd64 'ls /boot/vmlinuz-*-cloud-amd64'
need busybox-static 'busybox --list | grep -qx switch_root'
need cpio 'command -v cpio'
if [ ${#packages[@]} -gt 0 ]; then
    "$checkout/test-rootfs/apt.sh" "${packages[@]}" || die "cannot install ${packages[*]}"
fi

kernel=$(printf '%s\n' /boot/vmlinuz-*-cloud-amd64 | sort -V | tail -n 1)
version=${kernel#/boot/vmlinuz-}

# Only what the boot itself needs: everything else is loaded on demand from the host's /lib/modules.
modules="virtio_pci virtio_console virtiofs overlay"

make_initramfs() { # FILE
    local dir; dir=$(mktemp -d "$work/initramfs.XXXX")
    mkdir -p "$dir"/{bin,proc,sys,dev,ro,rw,new,modules}
    cp "$(command -v busybox)" "$dir/bin/busybox"
    cp "$here/init" "$dir/init"
    local module file n=10
    for module in $modules; do
        modprobe -S "$version" --show-depends "$module"
    done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r file; do
        cp "$file" "$dir/modules/$n-${file##*/}"
        n=$((n + 1))
    done
    (cd "$dir" && find . | cpio --quiet -o -H newc) >"$1.$$"
    mv "$1.$$" "$1"
}

work=$(mktemp -d /tmp/jpod-vm.XXXXXX)
machine= daemon=
cleanup() {
    trap - EXIT
    [ -z "$machine" ] || kill "$machine" 2>/dev/null || true
    [ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
    wait
    rm -rf --one-file-system "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

mkdir -p "$cache" "$out"
out=$(cd "$out" && pwd)
initramfs=$cache/initramfs-$version-$(cat "$here/init" "$here/run.sh" | sha256sum | cut -c1-12)
if [ ! -e "$initramfs" ]; then
    rm -f "$cache"/initramfs-*
    make_initramfs "$initramfs"
fi

# What the machine is to do, read by init and session.sh.
{
    printf 'work=%q checkout=%q out=%q cwd=%q\n' "$work" "$checkout" "$out" "$PWD"
    for name in PATH HOME LANG JAVA_HOME ${!JPOD_*}; do
        [ -z "${!name+set}" ] || printf 'export %s=%q\n' "$name" "${!name}"
    done
} >"$work/env"
printf '%q ' "$@" >"$work/command"

# virtiofsd serves a view of / in which only two directories are writable, so that root in there stays harmless out here.
mkdir "$work/view"
setpriv --pdeathsig TERM unshare --mount --propagation private bash -euc '
    work=$1 out=$2 view=$1/view
    mount --rbind / "$view"
    for dir in proc sys dev; do
        ! mountpoint -q "$view/$dir" || umount --recursive "$view/$dir"
    done
    awk -v top="$view" "index(\$5, top) == 1 { print \$5 }" /proc/self/mountinfo | while read -r target; do
        mount -o remount,bind,ro "$(printf %b "$target")"
    done
    mount --bind "$work" "$view$work"
    mount --bind "$out" "$view$out"
    exec /usr/lib/qemu/virtiofsd --socket-path="$work/virtiofs.sock" \
        -o source="$view" -o sandbox=chroot -o cache=always -o log_level=err
' view "$work" "$out" >"$work/virtiofsd.log" 2>&1 &
daemon=$!

mkfifo "$work/stdout" "$work/stderr"
until [ -S "$work/virtiofs.sock" ]; do
    kill -0 "$daemon" 2>/dev/null || { cat "$work/virtiofsd.log" >&2; daemon=; die "virtiofsd did not start"; }
    sleep 0.05
done

setpriv --pdeathsig TERM timeout --kill-after=5 "$seconds" qemu-system-x86_64 \
    -accel tcg,thread=multi -cpu max -smp "$cpus" -m "$memory" \
    -object "memory-backend-memfd,id=mem,size=${memory}M,share=on" -numa node,memdev=mem \
    -chardev "socket,id=root,path=$work/virtiofs.sock" -device vhost-user-fs-pci,chardev=root,tag=root \
    -device virtio-serial-pci \
    -chardev "file,id=stdout,path=$work/stdout" -device virtserialport,chardev=stdout,nr=1 \
    -chardev "file,id=stderr,path=$work/stderr" -device virtserialport,chardev=stderr,nr=2 \
    -serial "file:$work/console" -display none -monitor none -nic none -no-reboot \
    -kernel "$kernel" -initrd "$initramfs" \
    -append "console=ttyS0 quiet panic=-1 random.trust_cpu=on mitigations=off jpod.work=$work" \
    </dev/null >"$work/qemu.log" 2>&1 &
machine=$!
cat "$work/stdout" &
cat "$work/stderr" >&2 &

status=0
wait "$machine" || status=$?
machine=
if [ "$status" = 124 ]; then
    echo "vm: time is up after $seconds s, the machine was stopped" >&2
    exit 124
fi
if [ ! -s "$work/status" ]; then
    echo "vm: the machine stopped without a result (qemu status $status); last words:" >&2
    tail -n 20 "$work/qemu.log" "$work/virtiofsd.log" "$work/console" >&2
    exit 125
fi
exit "$(cat "$work/status")"
