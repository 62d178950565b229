package io.jpod.oci;

import io.jpod.json.JsonWriter;
import io.jpod.oci.Seccomp.Action;
import io.jpod.oci.Seccomp.Flag;
import io.jpod.oci.Seccomp.Operator;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What this runtime implements, as the runtime-spec's features.md defines it. It says nothing about the host, but for the filter
 * flags that its kernel takes. A list that is empty is written as one: absence would mean that nobody knows.
 *
 * @param version of jpod
 * @param architectures whose calls a seccomp filter can hold
 * @param isSupported whether the running kernel takes that filter flag
 */
public record Features(
        String version,
        List<String> mountOptions,
        List<String> capabilities,
        List<String> architectures,
        Predicate<Flag> isSupported) {

    /** The version of the runtime-spec that {@link Spec} follows. */
    public static final String SPEC_VERSION = "1.3.0";

    /** What {@code features} prints: indented by four spaces, without a newline at its end. */
    public String toJson() {
        return JsonWriter.object(
                "    ",
                json -> json.text("ociVersionMin", "1.0.0")
                        .text("ociVersionMax", SPEC_VERSION)
                        .allTexts("hooks", names(HookKind.values(), HookKind::jsonName))
                        .allTexts("mountOptions", mountOptions)
                        .nested("linux", this::linux)
                        .texts("annotations", Map.of("io.jpod.version", version))
                        .allTexts("potentiallyUnsafeConfigAnnotations", List.of()));
    }

    private void linux(JsonWriter linux) {
        linux.allTexts(
                        "namespaces",
                        names(NamespaceType.values(), NamespaceType::jsonName).stream()
                                .sorted()
                                .toList())
                .allTexts("capabilities", capabilities)
                .nested(
                        "cgroup",
                        json -> json.flag("v1", false)
                                .flag("v2", true)
                                .flag("systemd", false)
                                .flag("systemdUser", false)
                                .flag("rdma", true))
                .nested("seccomp", this::seccomp)
                .nested("apparmor", json -> json.flag("enabled", true))
                .nested("selinux", json -> json.flag("enabled", false))
                .nested(
                        "intelRdt",
                        json -> json.flag("enabled", false)
                                .flag("schemata", false)
                                .flag("monitoring", false))
                .nested(
                        "memoryPolicy",
                        json -> json.allTexts("modes", List.of(Linux.MemoryPolicy.Mode.values()))
                                .allTexts("flags", List.of(Linux.MemoryPolicy.Flag.values())))
                .nested("mountExtensions", json -> json.nested("idmap", idmap -> idmap.flag("enabled", false)))
                .nested("netDevices", json -> json.flag("enabled", false));
    }

    private void seccomp(JsonWriter json) {
        List<Flag> flags = List.of(Flag.values());
        json.flag("enabled", true)
                // Nobody sends the listener's descriptor yet: a config with a listenerPath is refused.
                .allTexts(
                        "actions",
                        Arrays.stream(Action.values())
                                .filter(a -> a != Action.SCMP_ACT_NOTIFY)
                                .toList())
                .allTexts("operators", List.of(Operator.values()))
                .allTexts("archs", architectures)
                .allTexts("knownFlags", flags)
                .allTexts("supportedFlags", flags.stream().filter(isSupported).toList());
    }

    private static <E> List<String> names(E[] values, Function<E, String> name) {
        return Arrays.stream(values).map(name).toList();
    }
}
