package io.jpod.oci;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** cgroup limits. Null or empty components are to be left as they are. */
public record Resources(
        List<DeviceRule> devices,
        @Nullable Memory memory,
        @Nullable Cpu cpu,
        @Nullable Pids pids,
        @Nullable BlockIo blockIO,
        List<HugepageLimit> hugepageLimits,
        @Nullable Network network,
        Map<String, Rdma> rdma,
        Map<String, String> unified) {

    public static final Resources NONE =
            new Resources(List.of(), null, null, null, null, List.of(), null, Map.of(), Map.of());

    public Resources {
        devices = List.copyOf(devices);
        hugepageLimits = List.copyOf(hugepageLimits);
        rdma = Spec.ordered(rdma);
        unified = Spec.ordered(unified);
    }

    /**
     * @param type null: all
     * @param major null or -1: every one; the same for minor
     * @param access some of "rwm"; null: all
     */
    public record DeviceRule(
            boolean allow,
            @Nullable Type type,
            @Nullable Long major,
            @Nullable Long minor,
            @Nullable String access) {
        /** All, block or character devices. */
        public enum Type {
            A,
            B,
            C;

            @Override
            public String toString() {
                return name().toLowerCase(Locale.ROOT);
            }
        }
    }

    /**
     * @param limit bytes, -1: none; so for reservation, swap (memory and swap together, as in cgroup v1), kernel,
     *     kernelTCP
     * @param swappiness 0 to 100
     */
    public record Memory(
            @Nullable Long limit,
            @Nullable Long reservation,
            @Nullable Long swap,
            @Nullable Long kernel,
            @Nullable Long kernelTCP,
            @Nullable Long swappiness,
            @Nullable Boolean disableOOMKiller,
            @Nullable Boolean useHierarchy,
            @Nullable Boolean checkBeforeUpdate) {}

    /**
     * @param shares as in cgroup v1, where the kernel clamps it to 2..262144; 0: not set
     * @param quota microseconds in each period, at least 1000; -1 and 0: no limit
     * @param burst microseconds
     * @param period microseconds, 1000 to 1000000; 0: not set
     * @param idle 0 or 1
     */
    public record Cpu(
            @Nullable Long shares,
            @Nullable Long quota,
            @Nullable Long burst,
            @Nullable Long period,
            @Nullable Long realtimeRuntime,
            @Nullable Long realtimePeriod,
            @Nullable String cpus,
            @Nullable String mems,
            @Nullable Long idle) {}

    /** @param limit tasks; -1: no limit */
    public record Pids(@Nullable Long limit) {}

    /** @param weight 10 to 1000, as in cgroup v1; 0: not set */
    public record BlockIo(
            @Nullable Integer weight,
            @Nullable Integer leafWeight,
            List<WeightDevice> weightDevice,
            List<ThrottleDevice> throttleReadBpsDevice,
            List<ThrottleDevice> throttleWriteBpsDevice,
            List<ThrottleDevice> throttleReadIOPSDevice,
            List<ThrottleDevice> throttleWriteIOPSDevice) {

        public BlockIo {
            weightDevice = List.copyOf(weightDevice);
            throttleReadBpsDevice = List.copyOf(throttleReadBpsDevice);
            throttleWriteBpsDevice = List.copyOf(throttleWriteBpsDevice);
            throttleReadIOPSDevice = List.copyOf(throttleReadIOPSDevice);
            throttleWriteIOPSDevice = List.copyOf(throttleWriteIOPSDevice);
        }
    }

    public record WeightDevice(
            long major,
            long minor,
            @Nullable Integer weight,
            @Nullable Integer leafWeight) {}

    /** @param rate bytes or operations a second; 0: no limit */
    public record ThrottleDevice(long major, long minor, long rate) {}

    /**
     * @param pageSize as the kernel spells it in hugetlb.2MB.max
     * @param limit bytes
     */
    public record HugepageLimit(String pageSize, long limit) {}

    /** cgroup v1 only. */
    public record Network(@Nullable Long classID, List<NetworkPriority> priorities) {
        public Network {
            priorities = List.copyOf(priorities);
        }
    }

    public record NetworkPriority(String name, long priority) {}

    public record Rdma(@Nullable Long hcaHandles, @Nullable Long hcaObjects) {}

    /** The same with changes. */
    public Resources with(Consumer<Draft> changes) {
        Draft draft = new Draft();
        changes.accept(draft);
        return draft.finished();
    }

    /** The components, to be changed. */
    public final class Draft {
        public List<DeviceRule> devices = Resources.this.devices;
        public @Nullable Memory memory = Resources.this.memory;
        public @Nullable Cpu cpu = Resources.this.cpu;
        public @Nullable Pids pids = Resources.this.pids;
        public @Nullable BlockIo blockIO = Resources.this.blockIO;
        public List<HugepageLimit> hugepageLimits = Resources.this.hugepageLimits;
        public @Nullable Network network = Resources.this.network;
        public Map<String, Rdma> rdma = Resources.this.rdma;
        public Map<String, String> unified = Resources.this.unified;

        private Resources finished() {
            return new Resources(devices, memory, cpu, pids, blockIO, hugepageLimits, network, rdma, unified);
        }
    }
}
