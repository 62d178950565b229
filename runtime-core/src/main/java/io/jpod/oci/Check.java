package io.jpod.oci;

import io.jpod.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Forms of values that several objects of the spec share. Each returns what it has checked. */
final class Check {
    /** 2^32-1 is (uid_t) -1, which chown(2) and setresuid(2) take for "leave it". */
    static final long MAX_ID = 4294967294L;

    /** Linux device numbers have 12 and 20 bits (include/linux/kdev_t.h). */
    static final long MAX_MAJOR = 4095;

    static final long MAX_MINOR = 1048575;

    /** user_namespaces(7): lines of a map since Linux 4.15. */
    private static final int MAX_MAPPINGS = 340;

    /** The kernel's bitmap_parselist: 0-3,7 and 0-31:2/8. */
    private static final Pattern NUMBER_LIST =
            Pattern.compile("\\d{1,6}(-\\d{1,6}(:\\d{1,6}/\\d{1,6})?)?(,\\d{1,6}(-\\d{1,6}(:\\d{1,6}/\\d{1,6})?)?)*");

    private Check() {}

    static String absolute(Json path) {
        if (!path.nonEmptyString().startsWith("/")) {
            throw path.wrong("must be an absolute path, is " + Json.quote(path.string()));
        }
        return path.string();
    }

    /**
     * A path inside the container: absolute and without "..". The kernel would resolve ".." against what the image's
     * symbolic links make of the components before it, so no two readers agree on what it names.
     */
    static String inContainer(Json path) {
        absolute(path);
        return withoutDotDot(path);
    }

    static String withoutDotDot(Json path) {
        for (String component : path.nonEmptyString().split("/", -1)) {
            if (component.equals("..")) {
                throw path.wrong("must not contain \"..\", is " + Json.quote(path.string()));
            }
        }
        return path.string();
    }

    static long id(Json id) {
        return id.integer(0, MAX_ID);
    }

    static String numberList(Json list) {
        if (!NUMBER_LIST.matcher(list.string()).matches()) {
            throw list.wrong("must be a list of numbers and ranges such as 0-3,7, is " + Json.quote(list.string()));
        }
        return list.string();
    }

    /** For sethostname(2) and setdomainname(2): at most 64 bytes (__NEW_UTS_LEN). */
    static String utsName(Json name) {
        int bytes = name.string().getBytes(StandardCharsets.UTF_8).length;
        if (bytes > 64) {
            throw name.wrong("must be at most 64 bytes long, is " + bytes);
        }
        return name.string();
    }

    /** For a name that becomes one component of a path: a cgroup file, a class of service. */
    static String fileName(Json place, String name) {
        if (name.isEmpty() || name.equals(".") || name.equals("..") || name.contains("/")) {
            throw place.wrong("must be a file name without \"/\", is " + Json.quote(name));
        }
        return name;
    }

    static String singleLine(Json text) {
        if (text.nonEmptyString().indexOf('\n') >= 0) {
            throw text.wrong("must be a single line");
        }
        return text.string();
    }

    /** dev_valid_name() of the kernel: 1 to 15 bytes, no '/', ':' or white space, neither "." nor "..". */
    static String deviceName(Json place, String name) {
        boolean valid = !name.isEmpty()
                && name.getBytes(StandardCharsets.UTF_8).length < 16
                && !name.equals(".")
                && !name.equals("..")
                && name.chars().noneMatch(c -> c == '/' || c == ':' || c <= ' ');
        if (!valid) {
            throw place.wrong("must be the name of a network device, is " + Json.quote(name));
        }
        return name;
    }

    /** The id mappings under that name: what the kernel says EINVAL to is named here. */
    static List<IdMapping> idMappings(Json object, String name) {
        List<IdMapping> mappings = object.list(name, Check::idMapping);
        if (mappings.size() > MAX_MAPPINGS) {
            throw object.need(name).wrong("has more than the " + MAX_MAPPINGS + " lines that the kernel takes");
        }
        if (mappings.size() > 1) {
            refuseOverlap(object, name, mappings, "containerID", IdMapping::containerID);
            refuseOverlap(object, name, mappings, "hostID", IdMapping::hostID);
        }
        return mappings;
    }

    private static IdMapping idMapping(Json mapping) {
        long containerID = id(mapping.need("containerID"));
        long hostID = id(mapping.need("hostID"));
        long size = mapping.needNumber("size", 1, MAX_ID + 1);
        if (Math.max(containerID, hostID) + size > MAX_ID + 1) {
            throw mapping.need("size").wrong("reaches beyond the highest id, " + MAX_ID);
        }
        return new IdMapping(containerID, hostID, size);
    }

    private static void refuseOverlap(
            Json object, String name, List<IdMapping> mappings, String side, Function<IdMapping, Long> start) {
        List<IdMapping> sorted = new ArrayList<>(mappings);
        sorted.sort(Comparator.comparing(start));
        for (int i = 1; i < sorted.size(); i++) {
            IdMapping before = sorted.get(i - 1);
            if (start.apply(before) + before.size() > start.apply(sorted.get(i))) {
                throw object.need(name).wrong("maps " + side + " " + start.apply(sorted.get(i)) + " twice");
            }
        }
    }
}
