package io.jpod.oci;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A container inside a virtual machine. */
public record Vm(
        @Nullable Hypervisor hypervisor,
        @Nullable Kernel kernel,
        @Nullable Image image,
        @Nullable HwConfig hwConfig) {

    public record Hypervisor(String path, List<String> parameters) {
        public Hypervisor {
            parameters = List.copyOf(parameters);
        }
    }

    public record Kernel(
            String path, List<String> parameters, @Nullable String initrd) {
        public Kernel {
            parameters = List.copyOf(parameters);
        }
    }

    public record Image(String path, String format) {}

    /** @param memory bytes */
    public record HwConfig(
            @Nullable String deviceTree,
            @Nullable Long vcpus,
            @Nullable Long memory,
            List<String> dtdevs,
            List<IoMem> iomems,
            List<Long> irqs) {

        public HwConfig {
            dtdevs = List.copyOf(dtdevs);
            iomems = List.copyOf(iomems);
            irqs = List.copyOf(irqs);
        }
    }

    public record IoMem(@Nullable Long firstGFN, long firstMFN, long nrMFNs) {}
}
