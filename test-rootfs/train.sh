#!/bin/bash
# Has a resident brain do what brains do, so that the AOT cache it writes at its end knows the way.
# usage: train.sh JPOD ROOTFS
set -u
jpod=$(realpath "$1")
rootfs=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export JPOD_SOCKET=$work/brain.sock
unset JPOD_ONESHOT
# As a brain that ends with its command: what a resident one links once is not to be read by all others.
export JPOD_KERNEL=jni

"$jpod" serve &
while [ ! -S "$JPOD_SOCKET" ] && kill -0 %1; do sleep 0.1; done

j() { "$jpod" --root "$work/state" "$@" || { [ "$1" = state ] || echo "training: jpod $* failed"; }; }
(cd "$work" && j spec && sed -i 's/"terminal": true/"terminal": false/; s/"sh"/"true"/; s#"rootfs"#"'"$rootfs"'"#' config.json)
# As other runtimes write it: the cgroups of the host, bound.
mkdir "$work/host" && sed -z 's/,\s*{\s*"type": "cgroup"\s*}//' "$work/config.json" >"$work/host/config.json"
for _ in 1 2 3; do
    j --help
    j --version
    j run --help
    j explain --rootfs "$rootfs" -- true
    j explain --bundle "$work"
    j list
    j state nobody
    if [ "$(id -u)" = 0 ]; then
        j run --bundle "$work" c1
        j run --bundle "$work/host" c1
        j create --bundle "$work" c2
        # So that its record is not the one that the brain remembers.
        echo >>"$work/state/c2/state.json"
        j state c2
        j start c2
        j delete --force c2
        j run --rootfs "$rootfs" --name c3 -d -- sleep 1000
        j run --rootfs "$rootfs" -- true
        j exec c3 true
        j ps c3
        j list
        j kill c3 KILL
        j wait c3 || true
        j delete --force c3
        j pod create --network none p1
        j run --pod p1 --rootfs "$rootfs" -- true
        j pod ps
        j pod rm --force p1
    fi
done
kill %1
# The brain is its child and writes the cache while it ends.
wait %1
exit 0
