package io.jpod.container;

import io.jpod.oci.Mount;
import io.jpod.oci.Namespace;
import io.jpod.oci.Spec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Paths of the host in a spec. Relative ones begin at the bundle, as with runc, and never at whatever the current directory of
 * the brain is.
 */
final class HostPaths {
    /** Options of overlay that are directories; see "Overlay Filesystem" of the kernel's documentation. */
    private static final Set<String> DIRECTORIES = Set.of("lowerdir", "lowerdir+", "datadir+", "upperdir", "workdir");

    private HostPaths() {}

    /** The same spec if it has no relative ones. */
    static Spec absolute(Spec spec, Path bundle) {
        List<Mount> mounts = new ArrayList<>();
        for (Mount mount : spec.mounts()) {
            mounts.add(absolute(mount, bundle));
        }
        List<Namespace> namespaces = new ArrayList<>();
        for (Namespace namespace : spec.linux().namespaces()) {
            String path = namespace.path();
            namespaces.add(
                    isRelative(path)
                            ? new Namespace(
                                    namespace.type(), bundle.resolve(path).toString())
                            : namespace);
        }
        Spec mounted = mounts.equals(spec.mounts()) ? spec : spec.with(s -> s.mounts = mounts);
        return namespaces.equals(spec.linux().namespaces())
                ? mounted
                : mounted.with(s -> s.linux = s.linux.with(l -> l.namespaces = namespaces));
    }

    private static Mount absolute(Mount mount, Path bundle) {
        String source = mount.source();
        if (mount.isBind() && isRelative(source)) {
            return changed(mount, bundle.resolve(source).toString(), mount.options());
        }
        if ("overlay".equals(mount.type())) {
            return changed(
                    mount,
                    source,
                    mount.options().stream()
                            .map(option -> directories(option, bundle))
                            .toList());
        }
        return mount;
    }

    private static Mount changed(Mount mount, @Nullable String source, List<String> options) {
        return new Mount(mount.destination(), mount.type(), source, options, mount.uidMappings(), mount.gidMappings());
    }

    private static boolean isRelative(@Nullable String path) {
        return path != null && !path.isEmpty() && !path.startsWith("/");
    }

    /** A colon separates lower directories, unless it is escaped. */
    private static String directories(String option, Path bundle) {
        int equals = option.indexOf('=');
        if (equals < 0 || !DIRECTORIES.contains(option.substring(0, equals))) {
            return option;
        }
        return Stream.of(option.substring(equals + 1).split("(?<!\\\\):", -1))
                .map(path -> isRelative(path) ? bundle.resolve(path).toString() : path)
                .collect(Collectors.joining(":", option.substring(0, equals + 1), ""));
    }
}
