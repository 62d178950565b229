package io.jpod.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The environment of a container's process, as a wish changes it. */
final class Environment {
    private Environment() {}

    /**
     * @param base NAME=VALUE
     * @param changes NAME=VALUE, which replaces a variable of that name, or NAME for the caller's, if that has one
     */
    static List<String> with(List<String> base, List<String> changes, Map<String, String> caller) {
        List<String> env = new ArrayList<>(base);
        for (String change : changes) {
            int equals = change.indexOf('=');
            if (change.isEmpty() || equals == 0) {
                throw new InvalidWish("env", "must be NAME=VALUE or NAME; the name is missing");
            }
            String name = equals < 0 ? change : change.substring(0, equals);
            String value = caller.get(name);
            if (equals > 0 || value != null) {
                env.removeIf(variable -> variable.startsWith(name + "="));
                env.add(equals > 0 ? change : name + "=" + value);
            }
        }
        return env;
    }
}
