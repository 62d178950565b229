package io.jpod.engine;

import io.jpod.cgroup.CgroupFailed;
import io.jpod.exec.StepFailed;
import io.jpod.json.InvalidJson;
import io.jpod.oci.Mount;
import io.jpod.oci.Spec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where the fields of a wish have gone in a config.json that is made of it: an error names what was wished for. */
final class Origins {
    /** A field, and of which value of it an error is; null: of all. */
    private record Origin(String field, @Nullable String value) {
        String in(UnaryOperator<String> names) {
            return names.apply(field) + (value == null ? "" : " " + value);
        }
    }

    /** By the place, or the beginning of it. */
    private final Map<String, Origin> origins = new LinkedHashMap<>();

    private Origins(Wish wish, Spec spec) {
        for (String volume : wish.volume()) {
            mount(spec, "bind", volume.split(":", -1)[1], new Origin("volume", volume));
        }
        for (String tmpfs : wish.tmpfs()) {
            mount(spec, "tmpfs", tmpfs.split(":", 2)[0], new Origin("tmpfs", tmpfs));
        }
        put("process.cwd", "workdir", wish.workdir().equals("/") ? null : wish.workdir());
        put("process.user", "user", wish.user());
        put("hostname", "hostname", wish.hostname());
        put("root.path", "rootfs", wish.rootfs().toString());
        put("linux.cgroupsPath", "cgroupParent", wish.cgroupParent());
        origins.put("process.args", new Origin("args", null));
        origins.put("process.env", new Origin("env", null));
        origins.put("linux.resources.memory", new Origin("memory", null));
        origins.put("linux.resources.cpu", new Origin("cpus", null));
        origins.put("linux.resources.pids", new Origin("pids", null));
    }

    private void put(String place, String field, @Nullable String value) {
        if (value != null) {
            origins.put(place, new Origin(field, value));
        }
    }

    private void mount(Spec spec, String type, String destination, Origin origin) {
        for (int i = 0; i < spec.mounts().size(); i++) {
            Mount mount = spec.mounts().get(i);
            if (type.equals(mount.type()) && mount.destination().equals(destination)) {
                origins.put("mounts[" + i + "]", origin);
            }
        }
    }

    /**
     * Does something with a spec that was made of this wish.
     *
     * @throws InvalidWish instead of an error that names places of the spec
     */
    static <T> T named(Wish wish, Spec spec, Supplier<T> action) {
        try {
            return action.get();
        } catch (StepFailed | InvalidJson | CgroupFailed e) {
            Origins origins = new Origins(wish, spec);
            throw new InvalidWish(names -> origins.named(String.valueOf(e.getMessage()), names), e);
        }
    }

    /** A mount's place is called the same everywhere; other words are places only where a message names one. */
    private String named(String message, UnaryOperator<String> names) {
        String named = message;
        for (Map.Entry<String, Origin> origin : origins.entrySet()) {
            String place = Pattern.quote(origin.getKey());
            Pattern pattern = Pattern.compile(
                    origin.getKey().startsWith("mounts[")
                            ? "(?:config\\.json: )?" + place + "(?:\\.\\w+(?:\\[\\d+])?)*"
                            : "(?:^config\\.json: |^|(?<=from ))" + place + "(?:[.\\[][\\w.\\[\\]]*)?(?=:)");
            named = pattern.matcher(named)
                    .replaceAll(Matcher.quoteReplacement(origin.getValue().in(names)));
        }
        return named;
    }
}
