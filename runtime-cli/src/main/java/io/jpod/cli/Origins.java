package io.jpod.cli;

import io.jpod.container.ContainerException;
import io.jpod.exec.StepFailed;
import io.jpod.json.InvalidJson;
import io.jpod.oci.Mount;
import io.jpod.oci.Spec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where the words of a command line have gone in a config.json that jpod writes itself: an error names what was typed. */
final class Origins {
    /** Options by the place, or the beginning of it. */
    private final Map<String, String> options = new LinkedHashMap<>();

    private Origins(ContainerOptions given, Spec spec) {
        for (String volume : given.volumes) {
            mount(spec, "bind", volume.split(":", -1)[1], "--volume " + volume);
        }
        for (String tmpfs : given.tmpfs) {
            mount(spec, "tmpfs", tmpfs.split(":", 2)[0], "--tmpfs " + tmpfs);
        }
        put("process.cwd", "--workdir", given.workdir.equals("/") ? null : given.workdir);
        put("process.user", "--user", given.user);
        put("hostname", "--hostname", given.hostname);
        put("root.path", "--rootfs", given.rootfs);
        put("linux.cgroupsPath", "--cgroup-parent", given.cgroupParent);
        options.put("process.args", "the command");
        options.put("process.env", "--env");
        options.put("linux.resources.memory", "--memory");
        options.put("linux.resources.cpu", "--cpus");
        options.put("linux.resources.pids", "--pids-limit");
    }

    private void put(String place, String option, @Nullable String value) {
        if (value != null) {
            options.put(place, option + " " + value);
        }
    }

    private void mount(Spec spec, String type, String destination, String option) {
        for (int i = 0; i < spec.mounts().size(); i++) {
            Mount mount = spec.mounts().get(i);
            if (type.equals(mount.type()) && mount.destination().equals(destination)) {
                options.put("mounts[" + i + "]", option);
            }
        }
    }

    /**
     * Does something with a spec that was made of these options.
     *
     * @throws ContainerException instead of an error that names places of the spec
     */
    static <T> T named(ContainerOptions options, Spec spec, Supplier<T> action) {
        try {
            return action.get();
        } catch (StepFailed | InvalidJson e) {
            throw new ContainerException(new Origins(options, spec).named(String.valueOf(e.getMessage())), e);
        }
    }

    /** A mount's place is called the same everywhere; other words are places only where a message names one. */
    private String named(String message) {
        String named = message;
        for (Map.Entry<String, String> option : options.entrySet()) {
            String place = Pattern.quote(option.getKey());
            Pattern pattern = Pattern.compile(
                    option.getKey().startsWith("mounts[")
                            ? "(?:config\\.json: )?" + place + "(?:\\.\\w+(?:\\[\\d+])?)*"
                            : "(?:^config\\.json: |^|(?<=from ))" + place + "(?:[.\\[][\\w.\\[\\]]*)?(?=:)");
            named = pattern.matcher(named).replaceAll(Matcher.quoteReplacement(option.getValue()));
        }
        return named;
    }
}
