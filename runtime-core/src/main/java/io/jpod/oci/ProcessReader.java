package io.jpod.oci;

import io.jpod.json.Json;
import io.jpod.oci.Process.Scheduler.Policy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code process}, of config.json or on its own for exec. */
final class ProcessReader {
    private ProcessReader() {}

    static Process read(Json process) {
        boolean terminal = process.flag("terminal");
        List<String> args = process.strings("args");
        if (args.isEmpty()) {
            throw process.wrong("args", "is required, with at least one entry");
        }
        return new Process(
                terminal,
                terminal ? process.optional("consoleSize", ProcessReader::consoleSize) : null,
                Check.absolute(process.need("cwd")),
                process.list("env", ProcessReader::environment),
                args,
                user(process),
                process.distinct("rlimits", ProcessReader::rlimit, Process.Rlimit::type),
                process.text("apparmorProfile", Check::singleLine),
                process.text("selinuxLabel", Check::singleLine),
                process.optional("capabilities", ProcessReader::capabilities),
                process.flag("noNewPrivileges"),
                process.smallNumber("oomScoreAdj", -1000, 1000),
                process.optional("scheduler", ProcessReader::scheduler),
                process.optional("ioPriority", ProcessReader::ioPriority),
                process.optional("execCPUAffinity", ProcessReader::execCpuAffinity));
    }

    private static Process.ConsoleSize consoleSize(Json size) {
        return new Process.ConsoleSize(
                (int) size.needNumber("height", 0, 65535), (int) size.needNumber("width", 0, 65535));
    }

    /** What it holds is not said: it may be a secret. */
    private static String environment(Json entry) {
        int equals = entry.string().indexOf('=');
        if (equals < 0) {
            throw entry.wrong("must be NAME=VALUE");
        }
        if (equals == 0) {
            throw entry.wrong("has no name before \"=\"");
        }
        return entry.string();
    }

    /** All peers run as 0:0 if there is no user at all, and the schema requires neither of the two. */
    private static Process.User user(Json process) {
        Json user = process.get("user");
        if (user == null) {
            return Process.User.ROOT;
        }
        Long uid = user.optional("uid", Check::id);
        Long gid = user.optional("gid", Check::id);
        return new Process.User(
                uid == null ? 0 : uid,
                gid == null ? 0 : gid,
                user.smallNumber("umask", 0, 0777),
                user.list("additionalGids", Check::id));
    }

    private static Process.Rlimit rlimit(Json rlimit) {
        Process.Rlimit.Type type = rlimit.need("type").oneOf(Process.Rlimit.Type.values());
        long soft = rlimit.need("soft").unsigned();
        long hard = rlimit.need("hard").unsigned();
        if (Long.compareUnsigned(soft, hard) > 0) {
            throw rlimit.need("soft").wrong("must not be above the hard limit");
        }
        return new Process.Rlimit(type, soft, hard);
    }

    private static Process.Capabilities capabilities(Json sets) {
        return new Process.Capabilities(
                sets.strings("bounding"),
                sets.strings("effective"),
                sets.strings("inheritable"),
                sets.strings("permitted"),
                sets.strings("ambient"));
    }

    private static Process.Scheduler scheduler(Json scheduler) {
        Policy policy = scheduler.need("policy").oneOf(Policy.values());
        boolean realtime = policy == Policy.SCHED_FIFO || policy == Policy.SCHED_RR;
        boolean deadline = policy == Policy.SCHED_DEADLINE;
        return new Process.Scheduler(
                policy,
                scheduler.smallNumber("nice", -20, 19),
                onlyFor(
                        realtime,
                        scheduler,
                        "priority",
                        scheduler.smallNumber("priority", 0, 99),
                        "SCHED_FIFO and SCHED_RR"),
                scheduler.list("flags", flag -> flag.oneOf(Process.Scheduler.Flag.values())),
                onlyFor(deadline, scheduler, "runtime", nanoseconds(scheduler, "runtime"), "SCHED_DEADLINE"),
                onlyFor(deadline, scheduler, "deadline", nanoseconds(scheduler, "deadline"), "SCHED_DEADLINE"),
                onlyFor(deadline, scheduler, "period", nanoseconds(scheduler, "period"), "SCHED_DEADLINE"));
    }

    /** sched(7): the kernel takes values below 2^63. */
    private static @Nullable Long nanoseconds(Json scheduler, String name) {
        return scheduler.number(name, 0, Long.MAX_VALUE);
    }

    private static <N extends Number> @Nullable N onlyFor(
            boolean fits, Json scheduler, String name, @Nullable N value, String policies) {
        if (!fits && value != null && value.longValue() != 0) {
            throw scheduler.need(name).wrong("is for " + policies + " only");
        }
        return value;
    }

    private static Process.IoPriority ioPriority(Json priority) {
        Integer level = priority.smallNumber("priority", 0, 7);
        return new Process.IoPriority(
                priority.need("class").oneOf(Process.IoPriority.Kind.values()), level == null ? 0 : level);
    }

    private static Process.ExecCpuAffinity execCpuAffinity(Json affinity) {
        return new Process.ExecCpuAffinity(
                affinity.text("initial", Check::numberList), affinity.text("final", Check::numberList));
    }
}
