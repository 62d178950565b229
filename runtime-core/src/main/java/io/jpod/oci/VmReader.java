package io.jpod.oci;

import io.jpod.json.Json;

/** {@code vm}: shapes only, since jpod has no use for the values. */
final class VmReader {
    private VmReader() {}

    static Vm read(Json vm) {
        return new Vm(
                vm.optional("hypervisor", VmReader::hypervisor),
                vm.optional("kernel", VmReader::kernel),
                vm.optional("image", VmReader::image),
                vm.optional("hwConfig", VmReader::hwConfig));
    }

    private static Vm.Hypervisor hypervisor(Json hypervisor) {
        return new Vm.Hypervisor(hypervisor.need("path").string(), hypervisor.strings("parameters"));
    }

    private static Vm.Kernel kernel(Json kernel) {
        return new Vm.Kernel(kernel.need("path").string(), kernel.strings("parameters"), kernel.text("initrd"));
    }

    private static Vm.Image image(Json image) {
        return new Vm.Image(image.need("path").string(), image.need("format").string());
    }

    private static Vm.HwConfig hwConfig(Json config) {
        return new Vm.HwConfig(
                config.text("deviceTree"),
                config.number("vcpus", 0, Long.MAX_VALUE),
                config.number("memory", 0, Long.MAX_VALUE),
                config.strings("dtdevs"),
                config.list("iomems", VmReader::ioMem),
                config.list("irqs", irq -> irq.integer(0, Long.MAX_VALUE)));
    }

    private static Vm.IoMem ioMem(Json range) {
        return new Vm.IoMem(
                range.number("firstGFN", 0, Long.MAX_VALUE),
                range.needNumber("firstMFN", 0, Long.MAX_VALUE),
                range.needNumber("nrMFNs", 0, Long.MAX_VALUE));
    }
}
