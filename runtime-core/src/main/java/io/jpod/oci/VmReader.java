package io.jpod.oci;

/** {@code vm}: shapes only, since jpod has no use for the values. */
final class VmReader {
    private VmReader() {}

    static Spec.Vm read(Json vm) {
        return new Spec.Vm(
                vm.optional("hypervisor", VmReader::hypervisor),
                vm.optional("kernel", VmReader::kernel),
                vm.optional("image", VmReader::image),
                vm.optional("hwConfig", VmReader::hwConfig));
    }

    private static Spec.VmHypervisor hypervisor(Json hypervisor) {
        return new Spec.VmHypervisor(hypervisor.need("path").string(), hypervisor.strings("parameters"));
    }

    private static Spec.VmKernel kernel(Json kernel) {
        return new Spec.VmKernel(kernel.need("path").string(), kernel.strings("parameters"), kernel.text("initrd"));
    }

    private static Spec.VmImage image(Json image) {
        return new Spec.VmImage(
                image.need("path").string(), image.need("format").string());
    }

    private static Spec.VmHwConfig hwConfig(Json config) {
        return new Spec.VmHwConfig(
                config.text("deviceTree"),
                config.number("vcpus", 0, Long.MAX_VALUE),
                config.number("memory", 0, Long.MAX_VALUE),
                config.strings("dtdevs"),
                config.list("iomems", VmReader::ioMem),
                config.list("irqs", irq -> irq.integer(0, Long.MAX_VALUE)));
    }

    private static Spec.VmIoMem ioMem(Json range) {
        return new Spec.VmIoMem(
                range.number("firstGFN", 0, Long.MAX_VALUE),
                range.needNumber("firstMFN", 0, Long.MAX_VALUE),
                range.needNumber("nrMFNs", 0, Long.MAX_VALUE));
    }
}
