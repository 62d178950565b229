package io.jpod.net.cni;

import io.jpod.json.Json;
import io.jpod.net.NetworkFailed;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A network configuration list (SPEC.md, section 1).
 *
 * @param source the JSON as it was read, so that it can be recorded
 */
public record CniNetwork(
        String name, String cniVersion, boolean disableCheck, boolean disableGc, List<Plugin> plugins, Json source) {
    /** Those whose results this package reads, oldest first. */
    private static final List<String> VERSIONS = List.of("0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0");

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]*");

    /** One of its plugins: the program's name, and what it can be told at run time. */
    record Plugin(String type, Map<String, Boolean> capabilities, Json config) {
        boolean can(String capability) {
            return capabilities.getOrDefault(capability, false);
        }
    }

    /** @throws io.jpod.json.InvalidJson if it is no such list */
    static CniNetwork read(Json json) {
        List<Plugin> plugins = json.list("plugins", CniNetwork::plugin);
        if (plugins.isEmpty()) {
            throw json.wrong("plugins", "must not be empty");
        }
        String name = json.need("name").string();
        if (!NAME.matcher(name).matches()) {
            throw json.need("name").wrong("must be letters, digits, _ . -");
        }
        return new CniNetwork(name, version(json), json.flag("disableCheck"), json.flag("disableGC"), plugins, json);
    }

    /** The newest that it offers. */
    private static String version(Json json) {
        List<String> offered = json.strings("cniVersions").isEmpty()
                ? List.of(json.need("cniVersion").string())
                : json.strings("cniVersions");
        return VERSIONS.reversed().stream()
                .filter(offered::contains)
                .findFirst()
                .orElseThrow(() -> json.wrong("cniVersion", "must be one of " + String.join(", ", VERSIONS)));
    }

    private static Plugin plugin(Json json) {
        String type = json.need("type").nonEmptyString();
        if (type.contains("/")) {
            throw json.wrong("type", "must be the name of a program");
        }
        return new Plugin(type, json.map("capabilities", Json::bool), json);
    }

    boolean isAtLeast(String version) {
        return VERSIONS.indexOf(cniVersion) >= VERSIONS.indexOf(version);
    }

    void requireCapability(String capability) {
        if (plugins.stream().noneMatch(plugin -> plugin.can(capability))) {
            throw new NetworkFailed("network " + name + ": none of its plugins has the capability " + capability);
        }
    }
}
