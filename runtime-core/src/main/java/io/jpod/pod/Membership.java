package io.jpod.pod;

import io.jpod.cgroup.CgroupFs;
import io.jpod.container.Belonging;
import io.jpod.oci.Linux;
import io.jpod.oci.Mount;
import io.jpod.oci.Namespace;
import io.jpod.oci.NamespaceType;
import io.jpod.oci.Process;
import io.jpod.oci.Spec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What makes a container a member of a pod: paths in its spec, and a word in its record. */
final class Membership {
    private final StoredPod pod;
    private final PodDir dir;

    Membership(StoredPod pod, PodDir dir) {
        this.pod = pod;
        this.dir = dir;
    }

    Belonging belonging() {
        PodSpec shared = pod.spec();
        return new Belonging(
                shared.name(), null, shared.mapsOwners() && shared.share().contains(NamespaceType.USER));
    }

    Spec join(Spec spec, String id) {
        PodSpec shared = pod.spec();
        boolean hasName =
                shared.share().contains(NamespaceType.UTS) || shared.host().contains(NamespaceType.UTS);
        if (!spec.linux().sysctl().isEmpty()) {
            throw new PodException("sysctl %s: in a pod they are the pod's, see 'jpod pod create --sysctl'"
                    .formatted(spec.linux().sysctl().keySet().iterator().next()));
        }
        return spec.with(s -> {
            s.hostname = hasName ? null : s.hostname;
            s.domainname = hasName ? null : s.domainname;
            s.mounts = mounts(s.mounts);
            s.linux = linux(s.linux, id);
        });
    }

    /** What is the other pod's in it, becomes ours. */
    Spec adopt(Spec spec, PodSpec other, PodDir from, String id) {
        List<Mount> moved = spec.mounts().stream()
                .map(mount -> mount.source() == null
                        ? mount
                        : new Mount(
                                mount.destination(),
                                mount.type(),
                                moved(mount.source(), from),
                                mount.options(),
                                mount.uidMappings(),
                                mount.gidMappings()))
                .toList();
        Process process = spec.process();
        Process renamed = process == null
                ? null
                : process.with(p -> p.env = p.env.stream()
                        .map(variable -> variable.equals("HOSTNAME=" + other.hostname())
                                ? "HOSTNAME=" + pod.spec().hostname()
                                : variable)
                        .toList());
        Spec joined = join(
                spec.with(s -> {
                    s.process = renamed;
                    s.mounts = moved;
                }),
                id);
        for (Namespace namespace : joined.linux().namespaces()) {
            String path = namespace.path();
            if (path != null && !path.equals(dir.namespace(namespace.type()))) {
                throw new PodException("a container of pod %s has a %s namespace that is not the pod's, %s"
                        .formatted(other.name(), namespace.type().jsonName(), path));
            }
        }
        return joined;
    }

    private String moved(String source, PodDir from) {
        Path path = Path.of(source);
        return path.startsWith(from.path())
                ? dir.path().resolve(from.path().relativize(path)).toString()
                : source;
    }

    private Linux linux(Linux linux, String id) {
        List<Namespace> namespaces = new ArrayList<>();
        for (Namespace namespace : linux.namespaces()) {
            if (!pod.spec().share().contains(namespace.type())
                    && !pod.spec().host().contains(namespace.type())) {
                namespaces.add(namespace);
            }
        }
        pod.spec().share().forEach(type -> namespaces.add(new Namespace(type, dir.namespace(type))));
        return linux.with(l -> {
            l.namespaces = namespaces;
            l.cgroupsPath = cgroupsPath(linux, id);
        });
    }

    /** Containers are leaves below the pod's cgroup, which has no processes of its own (cgroup-v2.rst). */
    private @Nullable String cgroupsPath(Linux linux, String id) {
        return pod.cgroup() == null
                ? linux.cgroupsPath()
                : CgroupFs.find()
                        .map(fs -> fs.cgroupsPath(pod.cgroup() + "/" + id))
                        .orElse(linux.cgroupsPath());
    }

    private List<Mount> mounts(List<Mount> own) {
        List<Mount> mounts = new ArrayList<>();
        for (Mount mount : own) {
            mounts.add(isShm(mount) ? shm(mount) : mount);
        }
        for (Mount file : files()) {
            // What the container asks for itself is more particular.
            if (own.stream().noneMatch(mount -> mount.destination().equals(file.destination()))) {
                mounts.add(file);
            }
        }
        return mounts;
    }

    private List<Mount> files() {
        List<Mount> files = new ArrayList<>(List.of(file("hosts"), file("hostname"), file("resolv.conf")));
        files.addAll(pod.spec().volumes());
        pod.spec()
                .emptyDirs()
                .forEach(volume -> files.add(new Mount(
                        volume.destination(), "bind", dir.volume(volume.name()), List.of("bind", "nosuid", "nodev"))));
        return files;
    }

    /** What every container of the pod gets, unless it asks for something else in that place. */
    List<Mount> common() {
        List<Mount> mounts = files();
        Mount own = new Mount("/dev/shm", "tmpfs", "shm", List.of());
        Mount shm = shm(own);
        if (!shm.equals(own)) {
            mounts.add(shm);
        }
        return mounts;
    }

    private Mount file(String name) {
        return new Mount(
                "/etc/" + name,
                "bind",
                dir.path().resolve(name).toString(),
                List.of("bind", "nosuid", "nodev", "noexec"));
    }

    private static boolean isShm(Mount mount) {
        return mount.destination().equals("/dev/shm") && "tmpfs".equals(mount.type());
    }

    private Mount shm(Mount own) {
        List<String> options = List.of("bind", "nosuid", "nodev", "noexec");
        if (pod.spec().share().contains(NamespaceType.IPC)) {
            return new Mount("/dev/shm", "bind", dir.shm().toString(), options);
        }
        return pod.spec().host().contains(NamespaceType.IPC) ? new Mount("/dev/shm", "bind", "/dev/shm", options) : own;
    }
}
