/*
 * The floor under `jpod run`: what the bundle of `runc spec` needs of the kernel, asked for by one small C program that knows
 * the answers. The same namespaces, mounts, devices, masks, read-only paths, capabilities, device filter, cgroup and files on
 * disk as jpod makes, with the same kind of calls, without a parser, a planner, a message or a second execve. It is no runtime.
 *
 *   floor CGROUP2 STATE BUNDLE ID      runs `true`, exits as it did
 *
 * What jpod asks twice (the same directory looked up for each device, a second read to see the end of a file) is asked once here.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define NOEXEC (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

static long must(long result, const char *what) {
    return result < 0 ? (err(1, "%s", what), 0) : result;
}

#define MUST(call) must((call), #call)

static int inside(int root, const char *path) {
    struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    return (int)syscall(SYS_openat2, root, path, &how, sizeof how);
}

/* options: "key=value" or "flag", up to a NULL. */
static int filesystem(const char *type, unsigned attributes, const char *const *options) {
    int context = (int)MUST(syscall(SYS_fsopen, type, FSOPEN_CLOEXEC));
    for (; *options; options++) {
        char key[32];
        const char *value = strchr(*options, '=');
        snprintf(key, sizeof key, "%.*s", (int)(value ? value - *options : (long)strlen(*options)), *options);
        MUST(syscall(SYS_fsconfig, context, value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG, key, value ? value + 1 : NULL, 0));
    }
    MUST(syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0));
    int mount = (int)MUST(syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, attributes));
    close(context);
    return mount;
}

static int tree(int at, const char *path, unsigned flags) {
    return (int)MUST(syscall(SYS_open_tree, at, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | flags));
}

static int attach(int mount, int target) {
    return (int)syscall(SYS_move_mount, mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

static void change(int mount, unsigned flags, uint64_t set, uint64_t clear, uint64_t propagation) {
    struct mount_attr attributes = {.attr_set = set, .attr_clr = clear, .propagation = propagation};
    MUST(syscall(SYS_mount_setattr, mount, "", AT_EMPTY_PATH | flags, &attributes, sizeof attributes));
}

static void attach_at(int mount, int root, const char *path) {
    int target = (int)MUST(inside(root, path));
    MUST(attach(mount, target));
    close(target);
    close(mount);
}

/* The device rules of a default spec: any node may be made, these may be used. */
static void filter_devices(int cgroup) {
    static const struct { int type, major, minor, access; } rules[] = {
        {BPF_DEVCG_DEV_CHAR, -1, -1, BPF_DEVCG_ACC_MKNOD}, {BPF_DEVCG_DEV_BLOCK, -1, -1, BPF_DEVCG_ACC_MKNOD},
        {BPF_DEVCG_DEV_CHAR, 1, 3, 7}, {BPF_DEVCG_DEV_CHAR, 1, 5, 7}, {BPF_DEVCG_DEV_CHAR, 1, 7, 7},
        {BPF_DEVCG_DEV_CHAR, 1, 8, 7}, {BPF_DEVCG_DEV_CHAR, 1, 9, 7}, {BPF_DEVCG_DEV_CHAR, 5, 0, 7},
        {BPF_DEVCG_DEV_CHAR, 5, 2, 7}, {BPF_DEVCG_DEV_CHAR, 136, -1, 7}};
    struct bpf_insn code[96];
    int n = 0;
    #define INSN(c, d, s, o, i) (code[n] = (struct bpf_insn){.code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i)}, n++)
    #define SKIP (short)(end - n - 1)
    INSN(BPF_LDX | BPF_MEM | BPF_W, 2, 1, 0, 0);
    INSN(BPF_ALU | BPF_AND | BPF_K, 2, 0, 0, 0xffff);
    INSN(BPF_LDX | BPF_MEM | BPF_W, 3, 1, 0, 0);
    INSN(BPF_ALU | BPF_RSH | BPF_K, 3, 0, 0, 16);
    INSN(BPF_LDX | BPF_MEM | BPF_W, 4, 1, 4, 0);
    INSN(BPF_LDX | BPF_MEM | BPF_W, 5, 1, 8, 0);
    for (size_t i = 0; i < COUNT(rules); i++) {
        int any_access = rules[i].access == 7;
        int end = n + 1 + (any_access ? 0 : 3) + (rules[i].major >= 0) + (rules[i].minor >= 0) + 2;
        INSN(BPF_JMP | BPF_JNE | BPF_K, 2, 0, SKIP, rules[i].type);
        if (!any_access) {
            INSN(BPF_ALU | BPF_MOV | BPF_X, 1, 3, 0, 0);
            INSN(BPF_ALU | BPF_AND | BPF_K, 1, 0, 0, rules[i].access);
            INSN(BPF_JMP | BPF_JNE | BPF_X, 1, 3, SKIP, 0);
        }
        rules[i].major < 0 ? 0 : INSN(BPF_JMP | BPF_JNE | BPF_K, 4, 0, SKIP, rules[i].major);
        rules[i].minor < 0 ? 0 : INSN(BPF_JMP | BPF_JNE | BPF_K, 5, 0, SKIP, rules[i].minor);
        INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 1);
        INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
    }
    INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0);
    INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
    union bpf_attr load = {.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE, .insns = (uintptr_t)code, .license = (uintptr_t)"Apache-2.0"};
    load.insn_cnt = (unsigned)n;
    int program = (int)MUST(syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof load));
    union bpf_attr to = {.target_fd = (unsigned)cgroup, .attach_type = BPF_CGROUP_DEVICE, .attach_flags = BPF_F_ALLOW_MULTI};
    to.attach_bpf_fd = (unsigned)program;
    MUST(syscall(SYS_bpf, BPF_PROG_ATTACH, &to, sizeof to));
    close(program);
}

static void house(const char *cgroups, const char *rootfs) {
    int null = tree(AT_FDCWD, "/dev/null", 0), cgroup = tree(AT_FDCWD, cgroups, AT_RECURSIVE);
    int empty = filesystem("tmpfs", NOEXEC | MOUNT_ATTR_RDONLY, (const char *[]){"mode=0755", "nr_inodes=2", "ro", NULL});
    MUST(sethostname("floor", 5));
    struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int inet = (int)MUST(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    MUST(ioctl(inet, SIOCSIFFLAGS, &lo));
    close(inet);
    MUST(mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL));
    int root = tree(AT_FDCWD, rootfs, AT_RECURSIVE);
    change(root, AT_RECURSIVE, 0, 0, MS_SLAVE);
    MUST(syscall(SYS_move_mount, root, "", AT_FDCWD, rootfs, MOVE_MOUNT_F_EMPTY_PATH));
    umask(0);

    attach_at(filesystem("proc", 0, (const char *[]){"source=proc", NULL}), root, "/proc");
    attach_at(filesystem("tmpfs", MOUNT_ATTR_NOSUID | MOUNT_ATTR_STRICTATIME,
                  (const char *[]){"source=tmpfs", "mode=755", "size=65536k", NULL}), root, "/dev");
    int dev = (int)MUST(inside(root, "/dev"));
    MUST(mkdirat(dev, "pts", 0755));
    MUST(mkdirat(dev, "shm", 0755));
    MUST(mkdirat(dev, "mqueue", 0755));
    attach_at(filesystem("devpts", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
                  (const char *[]){"source=devpts", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5", NULL}), root, "/dev/pts");
    attach_at(filesystem("tmpfs", NOEXEC, (const char *[]){"source=shm", "mode=1777", "size=65536k", NULL}), root, "/dev/shm");
    attach_at(filesystem("mqueue", NOEXEC, (const char *[]){"source=mqueue", NULL}), root, "/dev/mqueue");
    attach_at(filesystem("sysfs", NOEXEC | MOUNT_ATTR_RDONLY, (const char *[]){"source=sysfs", NULL}), root, "/sys");
    change(cgroup, AT_RECURSIVE, 0, 0, MS_SLAVE);
    change(cgroup, 0, NOEXEC | MOUNT_ATTR_RDONLY | MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME, 0);
    attach_at(cgroup, root, "/sys/fs/cgroup");

    static const struct { const char *name; int major, minor; } nodes[] = {
        {"null", 1, 3}, {"zero", 1, 5}, {"full", 1, 7}, {"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0}};
    for (size_t i = 0; i < COUNT(nodes); i++) {
        MUST(mknodat(dev, nodes[i].name, S_IFCHR | 0666, makedev((unsigned)nodes[i].major, (unsigned)nodes[i].minor)));
    }
    static const char *const links[][2] = {{"/proc/self/fd", "fd"}, {"/proc/self/fd/0", "stdin"}, {"/proc/self/fd/1", "stdout"},
        {"/proc/self/fd/2", "stderr"}, {"pts/ptmx", "ptmx"}};
    for (size_t i = 0; i < COUNT(links); i++) {
        MUST(symlinkat(links[i][0], dev, links[i][1]));
    }
    MUST(fchdir(root));
    MUST(syscall(SYS_pivot_root, ".", "."));
    MUST(umount2(".", MNT_DETACH));
    MUST(chdir("/"));

    static const char *const readonly[] = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};
    for (size_t i = 0; i < COUNT(readonly); i++) {
        int target = inside(AT_FDCWD, readonly[i]);
        if (target >= 0) {
            int copy = tree(target, "", AT_EMPTY_PATH | AT_RECURSIVE);
            change(copy, AT_RECURSIVE, MOUNT_ATTR_RDONLY, 0, 0);
            MUST(attach(copy, target));
            close(copy);
            close(target);
        }
    }
    static const char *const masked[] = {"/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
        "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware", "/proc/scsi"};
    for (size_t i = 0; i < COUNT(masked); i++) {
        int target = inside(AT_FDCWD, masked[i]);
        if (target >= 0) { /* as a file, else as a directory */
            int *mask = attach(null, target) == 0 ? &null : &empty;
            if (mask == &empty) {
                MUST(attach(empty, target));
            }
            *mask = tree(*mask, "", AT_EMPTY_PATH); /* of the attached one: a detached one cannot be cloned before Linux 6.15 */
            close(target);
        }
    }
    change(root, 0, MOUNT_ATTR_RDONLY, 0, 0);
}

/* CAP_AUDIT_WRITE, CAP_KILL, CAP_NET_BIND_SERVICE */
static void drop_rights(const char *id) {
    const uint64_t kept = 1ULL << CAP_AUDIT_WRITE | 1ULL << CAP_KILL | 1ULL << CAP_NET_BIND_SERVICE;
    MUST(setsid());
    MUST(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, id));
    MUST(syscall(SYS_keyctl, KEYCTL_SETPERM, KEY_SPEC_SESSION_KEYRING, 0x3f1f0000));
    MUST(setrlimit(RLIMIT_NOFILE, &(struct rlimit){1024, 1024}));
    MUST(syscall(SYS_close_range, 3, ~0U, 4 /* CLOSE_RANGE_CLOEXEC */));
    umask(022);
    for (int i = 0; i <= CAP_LAST_CAP; i++) {
        if (!(kept >> i & 1)) {
            MUST(prctl(PR_CAPBSET_DROP, i, 0, 0, 0));
        }
    }
    MUST(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
    MUST(syscall(SYS_setgroups, 0, NULL));
    MUST(syscall(SYS_setresgid, 0, 0, 0));
    MUST(syscall(SYS_setresuid, 0, 0, 0));
    MUST(prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0));
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {{(uint32_t)kept, (uint32_t)kept, 0}, {0, 0, 0}};
    MUST(syscall(SYS_capset, &header, data));
    MUST(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
    MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

static int child(const char *cgroups, const char *rootfs, const char *id, int parent) {
    house(cgroups, rootfs);
    drop_rights(id);
    char go;
    MUST(write(parent, "ready", 5));
    MUST(read(parent, &go, 1));
    char *const environment[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm", "HOME=/root", NULL};
    static const char *const path[] = {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"};
    for (size_t i = 0; i < COUNT(path); i++) {
        char program[32];
        snprintf(program, sizeof program, "%s/true", path[i]);
        execve(program, (char *const[]){"true", NULL}, environment);
    }
    return 127;
}

/* Beside its place and renamed, as jpod does. */
static void store(int dir, const char *name, const void *text, size_t size) {
    int file = (int)MUST(openat(dir, "new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    MUST(write(file, text, size));
    close(file);
    MUST(renameat(dir, "new", dir, name));
}

static int opened(int dir, const char *name, int flags) {
    return (int)MUST(openat(dir, name, flags | O_CLOEXEC));
}

int main(int argc, char **argv) {
    if (argc != 5) {
        errx(2, "usage: floor CGROUP2 STATE BUNDLE ID");
    }
    char rootfs[4096], group[512], config[8192], state[400] = "{";
    snprintf(rootfs, sizeof rootfs, "%s/rootfs", argv[3]);
    snprintf(group, sizeof group, "floor-%s", argv[4]);

    int bundle = opened(AT_FDCWD, argv[3], O_PATH | O_DIRECTORY), file = opened(bundle, "config.json", O_RDONLY);
    size_t size = (size_t)MUST(read(file, config, sizeof config));
    close(file);
    int states = opened(AT_FDCWD, argv[2], O_PATH | O_DIRECTORY);
    MUST(mkdirat(states, argv[4], 0700));
    int dir = opened(states, argv[4], O_RDONLY | O_DIRECTORY);
    MUST(flock(dir, LOCK_EX));
    store(dir, "state.json", state, sizeof state);
    store(dir, "config.json", config, size);

    int cgroups = opened(AT_FDCWD, argv[1], O_PATH | O_DIRECTORY);
    MUST(mkdirat(cgroups, group, 0755));
    int cgroup = opened(cgroups, group, O_RDONLY | O_DIRECTORY);
    filter_devices(cgroup);

    int sockets[2];
    MUST(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets));
    struct clone_args how = {.exit_signal = SIGCHLD, .cgroup = (uint64_t)cgroup,
        .flags = CLONE_INTO_CGROUP | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWPID};
    pid_t pid = (pid_t)MUST(syscall(SYS_clone3, &how, sizeof how));
    if (pid == 0) {
        _exit(child(argv[1], rootfs, argv[4], sockets[1]));
    }
    close(sockets[1]);
    int status;
    if (read(sockets[0], config, 5) == 5) {
        store(dir, "state.json", state, sizeof state);
        MUST(write(sockets[0], "g", 1));
    }
    MUST(waitpid(pid, &status, 0));

    int kill = opened(cgroup, "cgroup.kill", O_WRONLY), events = opened(cgroup, "cgroup.events", O_RDONLY);
    MUST(write(kill, "1", 1));
    MUST(read(events, config, sizeof config));
    MUST(unlinkat(cgroups, group, AT_REMOVEDIR));
    MUST(unlinkat(dir, "state.json", 0));
    MUST(unlinkat(dir, "config.json", 0));
    MUST(unlinkat(states, argv[4], AT_REMOVEDIR));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
