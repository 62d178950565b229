package io.jpod.plan;

import io.jpod.oci.NamespaceType;
import io.jpod.oci.Resources;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the brain does itself, by a call of Java or many. Each of them is executed, and undone, in one place. */
public sealed interface BrainStep extends Step {

    /** Leaves something on the host, and so has an inverse. */
    sealed interface Lasting extends BrainStep {}

    /** Goes with what a step before it has left. */
    sealed interface Passing extends BrainStep {}

    /** mkdir, with the controllers that the limits need. */
    record CreateCgroup() implements Lasting {
        @Override
        public String describe() {
            return "create cgroup";
        }

        @Override
        public String describe(Names names) {
            return describe() + " " + names.cgroup();
        }
    }

    record SetLimit(Limit limit) implements Passing {
        @Override
        public String describe() {
            return limit.file() + " = " + limit.value();
        }
    }

    /** An eBPF program on the cgroup, cgroups(7): device access. */
    record FilterDevices(List<Resources.DeviceRule> rules) implements Passing {
        @Override
        public String describe() {
            return "filter devices with " + Step.count(rules.size(), "rule");
        }
    }

    /** To a user of the host, who may then make cgroups in it (runtime-spec, config-linux.md, "Cgroup ownership"). */
    record DelegateCgroup(long uid) implements Passing {
        @Override
        public String describe() {
            return "give the cgroup to uid " + uid;
        }
    }

    /**
     * {@code tmpcopyup}: a tmpfs that nobody sees yet, with a copy of what it is going to cover. The builder may mount it.
     *
     * @param covered what that is on the host
     */
    record FillTmpfs(String handle, @Nullable String source, String place, Facts.Covered covered, MountOptions options)
            implements BrainStep {
        @Override
        public String describe() {
            return "copy " + place + " of the root file system into a new tmpfs";
        }
    }

    /** clone3(2): the container's own process, born in its cgroup. */
    record CloneProcess(Set<NamespaceType> namespaces, boolean joinsPid, boolean intoCgroup) implements Lasting {
        @Override
        public String describe() {
            return "clone the process"
                    + (namespaces.isEmpty() ? "" : " into new namespaces " + Step.names(namespaces))
                    + (joinsPid ? " as a process of the joined pid namespace" : "")
                    + (intoCgroup ? ", born in the cgroup" : "");
        }
    }

    /** Its place is a leaf, for a cgroup that hands controllers on has no processes of its own, cgroups(7). */
    record EnterLeaf(String path) implements Passing {
        @Override
        public String describe() {
            return "move the process into cgroup " + path;
        }
    }

    /** Which was only there to make namespaces. */
    record EndProcess() implements Passing {
        @Override
        public String describe() {
            return "end the process: its namespaces are pinned";
        }
    }

    /** A bind mount of nsfs, namespaces(7): the namespace lives on without a process in it. */
    record PinNamespace(NamespaceType type, String path) implements Lasting {
        @Override
        public String describe() {
            return "pin " + type.jsonName() + " namespace at " + path;
        }
    }

    /**
     * POSIX shared memory is files, shm_overview(7): no namespace shares or separates it, only the file system that is mounted
     * on everybody's /dev/shm.
     *
     * @param size bytes
     * @param owner uid and gid of its root
     */
    record MountShm(String path, long size, long owner) implements Lasting {
        @Override
        public String describe() {
            return "mount tmpfs of " + size + " bytes, everybody's /dev/shm, on " + path;
        }
    }

    /**
     * A directory, on disk or in memory, that is as old as the pod and goes with it.
     *
     * @param size bytes, for one in memory; 0: on disk
     * @param owner uid and gid of its root, of one in memory
     */
    record MakeVolume(String path, long size, long owner) implements Lasting {
        @Override
        public String describe() {
            return "make volume " + path + (size == 0 ? "" : ", a tmpfs of " + size + " bytes");
        }
    }

    /** A pair of virtual Ethernet devices, veth(4): one end in the pod, the other one in the bridge of the network. */
    record ConnectNetwork(String network, String device) implements Lasting {
        @Override
        public String describe() {
            return "connect " + device + " to network " + network;
        }
    }

    /** hosts(5), hostname(5), resolv.conf(5), which all containers of the pod mount. */
    record WriteFiles(String directory) implements Passing {
        @Override
        public String describe() {
            return "write hosts, hostname and resolv.conf in " + directory;
        }
    }
}
