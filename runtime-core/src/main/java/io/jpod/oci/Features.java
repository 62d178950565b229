package io.jpod.oci;

import io.jpod.json.JsonWriter;
import io.jpod.oci.Seccomp.Action;
import io.jpod.oci.Seccomp.Flag;
import io.jpod.oci.Seccomp.Operator;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What this runtime implements, as the runtime-spec's features.md defines it. It says nothing about the host. A list
 * that is empty is written as one: absence would mean that nobody knows.
 *
 * @param ociVersionMin the lowest runtime-spec version of a config.json that is read
 * @param annotations about the runtime itself, such as its version
 * @param potentiallyUnsafeConfigAnnotations annotations that must not come from an untrusted source; "." at the end:
 *     prefix
 */
public record Features(
        String ociVersionMin,
        String ociVersionMax,
        List<String> hooks,
        List<String> mountOptions,
        Linux linux,
        Map<String, String> annotations,
        List<String> potentiallyUnsafeConfigAnnotations) {

    /** The version of the runtime-spec that {@link Spec} follows. */
    public static final String SPEC_VERSION = "1.3.0";

    public Features {
        hooks = List.copyOf(hooks);
        mountOptions = List.copyOf(mountOptions);
        annotations = Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
        potentiallyUnsafeConfigAnnotations = List.copyOf(potentiallyUnsafeConfigAnnotations);
    }

    /** The features of a runtime that takes every version, hook and namespace that {@link Spec} can hold. */
    public static Features of(
            List<String> mountOptions,
            Linux linux,
            Map<String, String> annotations,
            List<String> potentiallyUnsafeConfigAnnotations) {
        List<String> hooks =
                Arrays.stream(HookKind.values()).map(HookKind::jsonName).toList();
        return new Features(
                "1.0.0", SPEC_VERSION, hooks, mountOptions, linux, annotations, potentiallyUnsafeConfigAnnotations);
    }

    /**
     * @param idmap idmapped mounts, {@code mountExtensions.idmap} in JSON
     * @param apparmor {@code enabled} in JSON, as selinux and netDevices
     */
    public record Linux(
            List<String> namespaces,
            List<String> capabilities,
            Cgroup cgroup,
            Seccomp seccomp,
            boolean apparmor,
            boolean selinux,
            IntelRdt intelRdt,
            MemoryPolicy memoryPolicy,
            boolean idmap,
            boolean netDevices) {

        public Linux {
            namespaces = List.copyOf(namespaces);
            capabilities = List.copyOf(capabilities);
        }
    }

    public record Cgroup(boolean v1, boolean v2, boolean systemd, boolean systemdUser, boolean rdma) {}

    /**
     * @param knownFlags the filter flags that a config may name
     * @param supportedFlags those of them that the running kernel takes
     */
    public record Seccomp(
            boolean enabled,
            List<String> actions,
            List<String> operators,
            List<String> archs,
            List<String> knownFlags,
            List<String> supportedFlags) {

        /**
         * With every action, operator and flag of the runtime-spec.
         *
         * @param supported whether the running kernel takes that flag
         */
        public static Seccomp of(List<String> archs, Predicate<Flag> supported) {
            Flag[] flags = Flag.values();
            return new Seccomp(
                    true,
                    names(Action.values()),
                    names(Operator.values()),
                    archs,
                    names(flags),
                    names(Arrays.stream(flags).filter(supported).toArray()));
        }

        public Seccomp without(String action) {
            List<String> others =
                    actions.stream().filter(a -> !a.equals(action)).toList();
            return new Seccomp(enabled, others, operators, archs, knownFlags, supportedFlags);
        }

        public Seccomp {
            actions = List.copyOf(actions);
            operators = List.copyOf(operators);
            archs = List.copyOf(archs);
            knownFlags = List.copyOf(knownFlags);
            supportedFlags = List.copyOf(supportedFlags);
        }
    }

    public record IntelRdt(boolean enabled, boolean schemata, boolean monitoring) {}

    public record MemoryPolicy(List<String> modes, List<String> flags) {
        /** Every mode and flag of the runtime-spec. */
        public static final MemoryPolicy ALL = new MemoryPolicy(
                names(io.jpod.oci.Linux.MemoryPolicy.Mode.values()),
                names(io.jpod.oci.Linux.MemoryPolicy.Flag.values()));

        public MemoryPolicy {
            modes = List.copyOf(modes);
            flags = List.copyOf(flags);
        }
    }

    /** Every namespace of the runtime-spec, sorted. */
    public static List<String> allNamespaces() {
        return Arrays.stream(NamespaceType.values())
                .map(NamespaceType::jsonName)
                .sorted()
                .toList();
    }

    /** What {@code features} prints: indented by four spaces, without a newline at its end. */
    public String toJson() {
        return JsonWriter.object(
                "    ",
                json -> json.text("ociVersionMin", ociVersionMin)
                        .text("ociVersionMax", ociVersionMax)
                        .allTexts("hooks", hooks)
                        .allTexts("mountOptions", mountOptions)
                        .object("linux", linux, Features::linux)
                        .texts("annotations", annotations)
                        .allTexts("potentiallyUnsafeConfigAnnotations", potentiallyUnsafeConfigAnnotations));
    }

    private static void linux(JsonWriter json, Linux linux) {
        json.allTexts("namespaces", linux.namespaces())
                .allTexts("capabilities", linux.capabilities())
                .object(
                        "cgroup",
                        linux.cgroup(),
                        (j, cgroup) -> j.flag("v1", cgroup.v1())
                                .flag("v2", cgroup.v2())
                                .flag("systemd", cgroup.systemd())
                                .flag("systemdUser", cgroup.systemdUser())
                                .flag("rdma", cgroup.rdma()))
                .object(
                        "seccomp",
                        linux.seccomp(),
                        (j, seccomp) -> j.flag("enabled", seccomp.enabled())
                                .allTexts("actions", seccomp.actions())
                                .allTexts("operators", seccomp.operators())
                                .allTexts("archs", seccomp.archs())
                                .allTexts("knownFlags", seccomp.knownFlags())
                                .allTexts("supportedFlags", seccomp.supportedFlags()))
                .object("apparmor", linux.apparmor(), Features::enabled)
                .object("selinux", linux.selinux(), Features::enabled)
                .object(
                        "intelRdt",
                        linux.intelRdt(),
                        (j, rdt) -> j.flag("enabled", rdt.enabled())
                                .flag("schemata", rdt.schemata())
                                .flag("monitoring", rdt.monitoring()))
                .object(
                        "memoryPolicy",
                        linux.memoryPolicy(),
                        (j, policy) -> j.allTexts("modes", policy.modes()).allTexts("flags", policy.flags()))
                .object("mountExtensions", linux.idmap(), (j, idmap) -> j.object("idmap", idmap, Features::enabled))
                .object("netDevices", linux.netDevices(), Features::enabled);
    }

    private static void enabled(JsonWriter json, boolean enabled) {
        json.flag("enabled", enabled);
    }

    private static List<String> names(Object[] words) {
        return Arrays.stream(words).map(Object::toString).toList();
    }
}
