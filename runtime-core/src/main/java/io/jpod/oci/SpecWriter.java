package io.jpod.oci;

import io.jpod.json.JsonText;
import io.jpod.json.JsonWriter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a {@link Spec} as config.json, in the order and with the tabs of {@code runc spec}. What {@link SpecReader}
 * makes of it equals the Spec, if the Spec could have been read at all.
 */
public final class SpecWriter {
    private SpecWriter() {}

    /** The text of a config.json, without a newline at its end. */
    public static String write(Spec spec) {
        return JsonText.of(tree(spec), "\t");
    }

    /** The same before it is a text. */
    public static Map<String, @Nullable Object> tree(Spec spec) {
        return JsonWriter.tree(json -> spec(json, spec));
    }

    private static void spec(JsonWriter json, Spec spec) {
        json.text("ociVersion", spec.ociVersion())
                .object("process", spec.process(), SpecWriter::process)
                .object("root", spec.root(), SpecWriter::root)
                .text("hostname", spec.hostname())
                .text("domainname", spec.domainname())
                .objects("mounts", spec.mounts(), SpecWriter::mount)
                .objectUnlessEmpty("hooks", spec.hooks(), SpecWriter::hooks)
                .texts("annotations", spec.annotations())
                .objectUnlessEmpty("linux", spec.linux(), LinuxWriter::linux);
    }

    private static void process(JsonWriter json, Process process) {
        json.ifTrue("terminal", process.terminal())
                .object(
                        "consoleSize",
                        process.consoleSize(),
                        (j, size) -> j.number("height", size.height()).number("width", size.width()))
                .object("user", process.user(), SpecWriter::user)
                .texts("args", process.args())
                .texts("env", process.env())
                .text("cwd", process.cwd())
                .object("capabilities", process.capabilities(), SpecWriter::capabilities)
                .objects(
                        "rlimits",
                        process.rlimits(),
                        (j, rlimit) -> j.text("type", rlimit.type())
                                .unsigned("hard", rlimit.hard())
                                .unsigned("soft", rlimit.soft()))
                .ifTrue("noNewPrivileges", process.noNewPrivileges())
                .text("apparmorProfile", process.apparmorProfile())
                .number("oomScoreAdj", process.oomScoreAdj())
                .object("scheduler", process.scheduler(), SpecWriter::scheduler)
                .text("selinuxLabel", process.selinuxLabel())
                .object(
                        "ioPriority",
                        process.ioPriority(),
                        (j, io) -> j.text("class", io.ioClass()).number("priority", io.priority()))
                .object(
                        "execCPUAffinity",
                        process.execCPUAffinity(),
                        (j, cpus) -> j.text("initial", cpus.initial()).text("final", cpus.finalCpus()));
    }

    private static void user(JsonWriter json, Process.User user) {
        json.number("uid", user.uid())
                .number("gid", user.gid())
                .number("umask", user.umask())
                .numbers("additionalGids", user.additionalGids());
    }

    private static void capabilities(JsonWriter json, Process.Capabilities sets) {
        json.texts("bounding", sets.bounding())
                .texts("effective", sets.effective())
                .texts("inheritable", sets.inheritable())
                .texts("permitted", sets.permitted())
                .texts("ambient", sets.ambient());
    }

    private static void scheduler(JsonWriter json, Process.Scheduler scheduler) {
        json.text("policy", scheduler.policy())
                .number("nice", scheduler.nice())
                .number("priority", scheduler.priority())
                .texts("flags", scheduler.flags())
                .number("runtime", scheduler.runtime())
                .number("deadline", scheduler.deadline())
                .number("period", scheduler.period());
    }

    private static void root(JsonWriter json, Root root) {
        json.text("path", root.path()).ifTrue("readonly", root.readonly());
    }

    private static void mount(JsonWriter json, Mount mount) {
        json.text("destination", mount.destination())
                .text("type", mount.type())
                .text("source", mount.source())
                .texts("options", mount.options());
        idMappings(json, mount.uidMappings(), mount.gidMappings());
    }

    static void idMappings(JsonWriter json, List<IdMapping> uids, List<IdMapping> gids) {
        json.objects("uidMappings", uids, SpecWriter::idMapping).objects("gidMappings", gids, SpecWriter::idMapping);
    }

    private static void idMapping(JsonWriter json, IdMapping mapping) {
        json.number("containerID", mapping.containerID())
                .number("hostID", mapping.hostID())
                .number("size", mapping.size());
    }

    private static void hooks(JsonWriter json, Hooks hooks) {
        for (HookKind kind : HookKind.values()) {
            json.objects(kind.jsonName(), hooks.of(kind), SpecWriter::hook);
        }
    }

    private static void hook(JsonWriter json, Hook hook) {
        json.text("path", hook.path()).texts("args", hook.args());
        if (hook.env() != null) {
            json.allTexts("env", hook.env());
        }
        json.number("timeout", hook.timeout());
    }
}
