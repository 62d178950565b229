package io.jpod.cgroup;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.abi.Sys;
import io.jpod.linux.Fd;
import io.jpod.linux.Kernel;
import io.jpod.linux.Memory;
import io.jpod.linux.SyscallException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Puts a {@link DeviceFilter} on a cgroup, by bpf(2). The cgroup keeps the program until it is removed. Programs of
 * others on the same cgroup (systemd's DeviceAllow=) stay: a device is open only if all programs say so.
 */
public final class DeviceFilterAttachment {
    private static final String PROGRAM_NAME = "jpod_devices";

    /** The kernel asks for a licence; only helpers that are GPL-only would care, and there are none in the program. */
    private static final String LICENCE = "Apache-2.0";

    private static final long BPF_OBJ_GET_INFO_BY_FD = 15;

    /** Enough of {@code union bpf_attr} for every command here; the kernel wants the rest of it to be zero. */
    private static final int ATTR_BYTES = 72;

    /** {@code struct bpf_prog_info} as far as the name, which is its last member here. */
    private static final int INFO_BYTES = 80;

    private static final int INFO_NAME = 64;

    private static final int MAX_INTERRUPTIONS = 5;

    private static final int MOST_KEPT = 8;

    /**
     * Most containers have one of few filters, and the kernel's verifier takes longer than all else here. If each loaded its own, a
     * run would take 6 % more CPU time: they go when that is below 3 %.
     */
    private static final Map<ByteBuffer, Fd> KEPT = new ConcurrentHashMap<>();

    private DeviceFilterAttachment() {}

    /**
     * Attaches the program in place of an earlier one of jpod's, in one step: at no time is the cgroup without a
     * filter.
     *
     * @param cgroup an open directory of a cgroup v2 hierarchy, that the caller keeps
     * @param program from {@link DeviceFilter#compile}
     * @throws SyscallException EPERM without CAP_BPF and CAP_NET_ADMIN over the initial user namespace; EINVAL if the
     *     kernel has no CONFIG_CGROUP_BPF
     */
    public static void put(Fd cgroup, byte[] program) {
        ByteBuffer key = ByteBuffer.wrap(program);
        if (KEPT.size() < MOST_KEPT || KEPT.containsKey(key)) {
            put(cgroup, KEPT.computeIfAbsent(key, _ -> load(program)));
            return;
        }
        try (Fd loaded = load(program)) {
            put(cgroup, loaded);
        }
    }

    private static void put(Fd cgroup, Fd program) {
        List<Fd> earlier = new ArrayList<>();
        try {
            findEarlier(cgroup, earlier);
            attach(cgroup, program, earlier);
            for (Fd left : earlier.subList(Math.min(1, earlier.size()), earlier.size())) {
                detach(cgroup, left);
            }
        } finally {
            earlier.forEach(Fd::close);
        }
    }

    private static Fd load(byte[] program) {
        try (Memory memory = Memory.open()) {
            Memory.Area code = memory.area(program);
            Memory.Area attr = memory.area(ATTR_BYTES);
            attr.setInt(0, Flags.BPF_PROG_TYPE_CGROUP_DEVICE);
            attr.setInt(4, program.length / DeviceFilter.INSTRUCTION_BYTES);
            attr.setLong(8, code.address());
            attr.setLong(16, memory.string(LICENCE));
            attr.setBytes(48, PROGRAM_NAME.getBytes(StandardCharsets.UTF_8));
            attr.setInt(68, Flags.BPF_CGROUP_DEVICE);
            return new Fd((int) bpf(Flags.BPF_PROG_LOAD, attr, "BPF_PROG_LOAD"));
        }
    }

    private static void attach(Fd cgroup, Fd program, List<Fd> earlier) {
        try (Memory memory = Memory.open()) {
            Memory.Area attr = target(memory, cgroup, program);
            attr.setInt(12, Flags.BPF_F_ALLOW_MULTI | (earlier.isEmpty() ? 0 : Flags.BPF_F_REPLACE));
            attr.setInt(16, earlier.isEmpty() ? 0 : earlier.getFirst().number());
            bpf(Flags.BPF_PROG_ATTACH, attr, "BPF_PROG_ATTACH");
        }
    }

    private static void detach(Fd cgroup, Fd program) {
        try (Memory memory = Memory.open()) {
            bpf(Flags.BPF_PROG_DETACH, target(memory, cgroup, program), "BPF_PROG_DETACH");
        }
    }

    private static Memory.Area target(Memory memory, Fd cgroup, Fd program) {
        Memory.Area attr = memory.area(ATTR_BYTES);
        attr.setInt(0, cgroup.number());
        attr.setInt(4, program.number());
        attr.setInt(8, Flags.BPF_CGROUP_DEVICE);
        return attr;
    }

    /** Adds descriptors of jpod's own programs on this cgroup; the caller closes them. */
    private static void findEarlier(Fd cgroup, List<Fd> found) {
        for (int id : attached(cgroup)) {
            Fd program = open(id);
            if (name(program).equals(PROGRAM_NAME)) {
                found.add(program);
            } else {
                program.close();
            }
        }
    }

    /** The ids of the programs on this cgroup itself, not those that it inherits. The kernel lets 64 be there. */
    static int[] attached(Fd cgroup) {
        try (Memory memory = Memory.open()) {
            Memory.Area ids = memory.area(64 * Integer.BYTES);
            Memory.Area attr = memory.area(ATTR_BYTES);
            attr.setInt(0, cgroup.number());
            attr.setInt(4, Flags.BPF_CGROUP_DEVICE);
            attr.setLong(16, ids.address());
            attr.setInt(24, 64);
            bpf(Flags.BPF_PROG_QUERY, attr, "BPF_PROG_QUERY");
            int[] found = new int[attr.getInt(24)];
            for (int i = 0; i < found.length; i++) {
                found[i] = ids.getInt(i * Integer.BYTES);
            }
            return found;
        }
    }

    private static Fd open(int id) {
        try (Memory memory = Memory.open()) {
            Memory.Area attr = memory.area(ATTR_BYTES);
            attr.setInt(0, id);
            return new Fd((int) bpf(Flags.BPF_PROG_GET_FD_BY_ID, attr, "BPF_PROG_GET_FD_BY_ID"));
        }
    }

    private static String name(Fd program) {
        try (Memory memory = Memory.open()) {
            Memory.Area info = memory.area(INFO_BYTES);
            Memory.Area attr = memory.area(ATTR_BYTES);
            attr.setInt(0, program.number());
            attr.setInt(4, INFO_BYTES);
            attr.setLong(8, info.address());
            bpf(BPF_OBJ_GET_INFO_BY_FD, attr, "BPF_OBJ_GET_INFO_BY_FD");
            return info.getString(INFO_NAME, INFO_BYTES - INFO_NAME).split("\0", 2)[0];
        }
    }

    private static long bpf(long command, Memory.Area attr, String on) {
        long result = Kernel.get().syscall(Sys.BPF, command, attr.address(), ATTR_BYTES);
        // A signal interrupts the verifier, which then has done nothing.
        for (int again = 0; result == -Errno.EAGAIN.number() && again < MAX_INTERRUPTIONS; again++) {
            result = Kernel.get().syscall(Sys.BPF, command, attr.address(), ATTR_BYTES);
        }
        if (result < 0) {
            throw new SyscallException(Sys.BPF, on, (int) -result);
        }
        return result;
    }
}
