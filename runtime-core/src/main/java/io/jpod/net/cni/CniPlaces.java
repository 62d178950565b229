package io.jpod.net.cni;

import io.jpod.exec.Spawner;
import java.nio.file.Path;
import java.util.List;

/**
 * Where CNI is on this host.
 *
 * @param configurations directory of *.conflist files
 * @param plugins directories of programs
 * @param root the state root
 */
public record CniPlaces(Path configurations, List<Path> plugins, Path root) {
    /** Where Debian and most others have them. */
    public static CniPlaces usual(Path root) {
        return new CniPlaces(
                Path.of("/etc/cni/net.d"), List.of(Path.of("/opt/cni/bin"), Path.of("/usr/lib/cni")), root);
    }

    /** @param spawner starts the plugins */
    public Cni with(Spawner spawner) {
        return new Cni(configurations, plugins, root, spawner);
    }
}
