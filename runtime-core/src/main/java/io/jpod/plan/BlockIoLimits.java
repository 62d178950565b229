package io.jpod.plan;

import io.jpod.oci.Resources.BlockIo;
import io.jpod.oci.Resources.ThrottleDevice;
import io.jpod.oci.Resources.WeightDevice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The blockIO part of {@link Limits}: the io controller. */
final class BlockIoLimits {
    private final Limits limits;
    private final boolean bfq;

    /** BFQ's file is there only while that scheduler is loaded; the other belongs to the cost model (io.cost). */
    BlockIoLimits(Limits limits, Limits.Facts facts) {
        this.limits = limits;
        this.bfq = facts.has("io.bfq.weight", false);
    }

    void add(BlockIo io) {
        weight("", io.weight(), "blockIO.weight");
        noLeafWeight(io.leafWeight(), "blockIO.leafWeight");
        for (int i = 0; i < io.weightDevice().size(); i++) {
            WeightDevice device = io.weightDevice().get(i);
            String from = "blockIO.weightDevice[" + i + "]";
            weight(device.major() + ":" + device.minor() + " ", device.weight(), from + ".weight");
            noLeafWeight(device.leafWeight(), from + ".leafWeight");
        }
        throttle("rbps", io.throttleReadBpsDevice(), "blockIO.throttleReadBpsDevice");
        throttle("wbps", io.throttleWriteBpsDevice(), "blockIO.throttleWriteBpsDevice");
        throttle("riops", io.throttleReadIOPSDevice(), "blockIO.throttleReadIOPSDevice");
        throttle("wiops", io.throttleWriteIOPSDevice(), "blockIO.throttleWriteIOPSDevice");
    }

    /** BFQ takes the weights of v1 as they are; io.weight goes from 1 to 10000, so 10 to 1000 are stretched. */
    private void weight(String device, @Nullable Integer weight, String from) {
        if (weight == null || weight == 0) {
            return;
        }
        if (weight < 10 || weight > 1000) {
            throw limits.wrong(from, "must be from 10 to 1000, is " + weight);
        }
        int value = bfq ? weight : 1 + (weight - 10) * 9999 / 990;
        limits.add(bfq ? "io.bfq.weight" : "io.weight", device + value, from);
    }

    private void noLeafWeight(@Nullable Integer weight, String from) {
        if (weight != null && weight != 0) {
            throw limits.wrong(from, "cgroup v2 has no leaf weights");
        }
    }

    private void throttle(String key, List<ThrottleDevice> devices, String from) {
        for (int i = 0; i < devices.size(); i++) {
            ThrottleDevice device = devices.get(i);
            String rate = device.rate() == 0 ? "max" : Long.toUnsignedString(device.rate());
            String value = device.major() + ":" + device.minor() + " " + key + "=" + rate;
            limits.add("io.max", value, from + "[" + i + "].rate");
        }
    }
}
