package io.jpod.net.cni;

import io.jpod.json.Json;
import io.jpod.json.JsonWriter;
import org.jspecify.annotations.Nullable;

/**
 * An attachment, recorded before the first plugin runs: it is undone with the configuration that it was made with.
 *
 * @param result null until all plugins are done
 */
record CniRecord(
        CniNetwork network, CniRequest request, @Nullable Json result) {
    /** Of its file. The words have no blanks. */
    static String name(String network, String container, String ifname) {
        return network + " " + container + " " + ifname;
    }

    String name() {
        return name(network.name(), request.container(), request.ifname());
    }

    String toJson() {
        return JsonWriter.object(
                null,
                json -> json.json("network", network.source())
                        .object("request", request, (each, it) -> it.write(each))
                        .json("result", result));
    }

    static CniRecord read(Json json) {
        return new CniRecord(
                CniNetwork.read(json.need("network")), CniRequest.read(json.need("request")), json.get("result"));
    }
}
