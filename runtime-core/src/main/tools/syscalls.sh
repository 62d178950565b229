#!/bin/sh
# Writes src/main/resources/io/jpod/seccomp/syscalls.txt: the names of system calls and their numbers on the five ABIs
# that x86-64 and aarch64 kernels serve. The numbers are the kernel's; they are asked of scmp_sys_resolver (Debian's
# package seccomp), number by number, because for i386 it answers a name such as socket with a pseudo number.
# What is newer than that tool is in the table at the end, from the kernel's syscall.tbl files (Linux 6.18).
# Use: sh src/main/tools/syscalls.sh > src/main/resources/io/jpod/seccomp/syscalls.txt
set -eu
LC_ALL=C
export LC_ALL
X32=1073741824 # __X32_SYSCALL_BIT

resolve() { # abi first last base
    number=$2
    while [ "$number" -le "$3" ]; do
        name=$(scmp_sys_resolver -a "$1" $((number + $4)))
        case $name in UNKNOWN | '') ;; *) echo "$name $1 $number" ;; esac
        number=$((number + 1))
    done
}

everywhere() { # name number, on all five ABIs
    for abi in x86_64 x86 x32 aarch64 arm; do
        echo "$1 $abi $2"
    done
}

{
    resolve x86_64 0 470 0
    resolve x86 0 470 0
    resolve x32 0 547 $X32
    resolve aarch64 0 470 0
    resolve arm 0 470 0
    resolve arm 983041 983046 0 # __ARM_NR_BASE + 1 and up

    everywhere cachestat 451
    everywhere fchmodat2 452
    echo "map_shadow_stack x86_64 453"
    echo "map_shadow_stack aarch64 453"
    everywhere futex_wake 454
    everywhere futex_wait 455
    everywhere futex_requeue 456
    everywhere statmount 457
    everywhere listmount 458
    everywhere lsm_get_self_attr 459
    everywhere lsm_set_self_attr 460
    everywhere lsm_list_modules 461
    everywhere mseal 462
    everywhere setxattrat 463
    everywhere getxattrat 464
    everywhere listxattrat 465
    everywhere removexattrat 466
    everywhere open_tree_attr 467
    everywhere file_getattr 468
    everywhere file_setattr 469
    echo "uretprobe x86_64 335"
    echo "uprobe x86_64 336"
    echo "riscv_hwprobe riscv64 258"

    # Calls of architectures that jpod does not run on, which profiles written for all of them name.
    for abi in ppc64le s390x s390 riscv64 mips; do
        case $abi in mips) base=4000 ;; *) base=0 ;; esac
        resolve $abi 0 470 $base
    done
} | sort -u | awk '
    BEGIN {
        split("x86_64 x86 x32 aarch64 arm", abis)
        print "# name x86_64 x86 x32 aarch64 arm; x32 without its bit 30; made by src/main/tools/syscalls.sh"
    }
    { names[$1] = 1; number[$1, $2] = $3 }
    END {
        for (name in names) {
            line = name
            for (i = 1; i <= 5; i++) line = line " " ((name, abis[i]) in number ? number[name, abis[i]] : "-")
            print line
        }
    }' | sort
