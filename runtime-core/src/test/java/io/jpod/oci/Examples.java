package io.jpod.oci;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Texts to read Specs from. */
final class Examples {
    private Examples() {}

    static byte[] resource(String name) {
        try (InputStream in = Examples.class.getResourceAsStream("/oci/" + name)) {
            if (in == null) {
                throw new AssertionError("no resource " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    static Spec read(String json) {
        return SpecReader.read(bytes(json), "config.json");
    }

    /** A config with those properties beside the version. */
    static String config(String properties) {
        return "{\"ociVersion\": \"1.3.0\", " + properties + "}";
    }

    /** A config whose process has those properties beside the required ones. */
    static String process(String properties) {
        return config("\"process\": {\"cwd\": \"/\", \"args\": [\"sh\"], " + properties + "}");
    }

    static String mount(String properties) {
        return config("\"mounts\": [{" + properties + "}]");
    }

    static String hook(String properties) {
        return config("\"hooks\": {\"poststop\": [{" + properties + "}]}");
    }

    static String linux(String properties) {
        return config("\"linux\": {" + properties + "}");
    }

    static String resources(String properties) {
        return linux("\"resources\": {" + properties + "}");
    }

    static String device(String properties) {
        return linux("\"devices\": [{" + properties + "}]");
    }

    static String seccomp(String properties) {
        return linux("\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ALLOW\", " + properties + "}");
    }

    static String seccompRule(String properties) {
        return seccomp("\"syscalls\": [{" + properties + "}]");
    }
}
