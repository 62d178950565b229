#!/usr/bin/env bash
# Makes a small root filesystem around a static busybox.
#   busybox.sh BUSYBOX DIR
set -euo pipefail
umask 022
busybox=$1 root=$2

mkdir -p "$root"/{bin,sbin,usr/bin,usr/sbin,etc,tmp,proc,sys,dev,run,var,root,home/app}
install -m 755 "$busybox" "$root/bin/busybox"
"$root/bin/busybox" --list-full | while read -r applet; do
    # Relative, since nothing says where this directory will be looked at from.
    slashes=${applet//[^\/]/}
    printf '%s\0%s\0' "${slashes//\//../}bin/busybox" "$root/$applet"
done | xargs -0 -n 2 -P 2 sh -c '[ -e "$2" ] || ln -s "$1" "$2"' link
chmod 1777 "$root/tmp"
chmod 700 "$root/root"
[ "$(id -u)" != 0 ] || chown 1000:1000 "$root/home/app"

cat >"$root/etc/passwd" <<END
root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/bin/false
app:x:1000:1000:app:/home/app:/bin/sh
nobody:x:65534:65534:nobody:/:/bin/false
END
cat >"$root/etc/group" <<END
root:x:0:
daemon:x:1:
video:x:44:app
app:x:1000:
nogroup:x:65534:
END
printf '%s\n' 'NAME="jpod test root"' 'ID=jpod-test' >"$root/etc/os-release"
