package io.jpod.it;

import io.jpod.testing.Built;
import io.jpod.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * SIGKILL at any moment of a container's life, to whoever takes part: {@code delete --force} then always succeeds, leaves the
 * host as it was, and the id is free again. Nobody waits for ever: each command has its patience.
 */
@Tag("root")
@Needs({Built.JPOD, Built.PROBE, Built.BUSYBOX})
class KillTest {
    @AutoClose
    private Jpod jpod;

    /** Whoever cleans up behind a command that was killed, and makes things again. */
    private Jpod cleaner;

    private Bundle plain;
    private Bundle mapped;
    private KillCampaign campaign;

    private void begin(Jpod own) throws IOException {
        jpod = own;
        cleaner = own;
        plain = jpod.probe().change(this::sleeping);
        mapped = jpod.probe().change(this::mapped);
        Files.setAttribute(mapped.rootfs(), "unix:uid", 100_000);
        campaign = new KillCampaign(jpod);
    }

    /** Its cgroup lies in one that has to be made too. */
    private Config sleeping(Config config) {
        return config.set("process.args", List.of("/probe", "sleep", "1000"))
                .set("linux.cgroupsPath", "/" + jpod.token + "/" + jpod.token);
    }

    private Config mapped(Config config) {
        List<Object> namespaces = new ArrayList<>();
        for (String type : List.of("pid", "network", "ipc", "uts", "mount", "user")) {
            namespaces.add(Map.of("type", type));
        }
        List<Object> mapping = List.of(Map.of("containerID", 0, "hostID", 100_000, "size", 65_536));
        return sleeping(config)
                .set("linux.namespaces", namespaces)
                .set("linux.uidMappings", mapping)
                .set("linux.gidMappings", mapping);
    }

    /** What is cut off, with what comes before it. */
    private enum Verb {
        CREATE {
            @Override
            Jpod.Call command(Jpod jpod, Bundle bundle, String id) {
                return jpod.call("create", "-b", bundle.dir().toString(), id);
            }
        },
        START {
            @Override
            void prepare(Jpod jpod, Bundle bundle, String id) {
                CREATE.command(jpod, bundle, id).run().ok();
            }

            @Override
            Jpod.Call command(Jpod jpod, Bundle bundle, String id) {
                return jpod.call("start", id);
            }
        },
        RUN {
            @Override
            Jpod.Call command(Jpod jpod, Bundle bundle, String id) {
                return jpod.call("run", "-d", "-b", bundle.dir().toString(), id);
            }
        },
        EXEC {
            @Override
            void prepare(Jpod jpod, Bundle bundle, String id) {
                RUN.command(jpod, bundle, id).run().ok();
            }

            @Override
            Jpod.Call command(Jpod jpod, Bundle bundle, String id) {
                return jpod.call("exec", id, "/probe", "true");
            }
        },
        DELETE {
            @Override
            void prepare(Jpod jpod, Bundle bundle, String id) {
                RUN.command(jpod, bundle, id).run().ok();
            }

            @Override
            Jpod.Call command(Jpod jpod, Bundle bundle, String id) {
                return jpod.call("delete", "--force", id);
            }
        };

        void prepare(Jpod jpod, Bundle bundle, String id) {}

        abstract Jpod.Call command(Jpod jpod, Bundle bundle, String id);
    }

    private record Work(Verb verb, Bundle bundle, Jpod jpod, Jpod cleaner) implements KillCampaign.Work {
        @Override
        public void prepare(String id) {
            verb.prepare(cleaner, bundle, id);
        }

        @Override
        public Jpod.Call command(String id) {
            return verb.command(jpod, bundle, id);
        }

        @Override
        public Result make(String id) {
            return Verb.CREATE.command(cleaner, bundle, id).run();
        }

        @Override
        public Result remove(String id) {
            return cleaner.run("delete", "--force", id);
        }
    }

    private void sweep(Verb verb, Bundle bundle, int count, int warmUp, KillCampaign.Blow blow) {
        campaign.sweep(new Work(verb, bundle, jpod, cleaner), count, warmUp, blow);
    }

    private void sweepAll(int count, int warmUp, KillCampaign.Blow blow) {
        for (Verb verb : Verb.values()) {
            sweep(verb, plain, count, warmUp, blow);
            sweep(verb, mapped, count, warmUp, blow);
        }
    }

    @Test
    void theHandsOfAResidentBrain() throws IOException {
        begin(Jpod.resident());
        sweep(Verb.CREATE, plain, 60, 20, KillCampaign::killHands);
        sweep(Verb.CREATE, mapped, 30, 5, KillCampaign::killHands);
        sweepAll(8, 4, KillCampaign::killHands);
        campaign.report("hands of a resident brain");
    }

    @Test
    void theHandsOfASlowBrain() throws IOException {
        begin(Jpod.resident());
        try (Jpod quick = Jpod.resident(jpod.root);
                Brake _ = new Brake(jpod.brain())) {
            cleaner = quick;
            sweepAll(6, 2, KillCampaign::killHands);
        }
        campaign.report("hands of a slow brain");
    }

    @Test
    void theProcessThatIsSetUp() throws IOException {
        begin(Jpod.resident());
        for (Verb verb : List.of(Verb.CREATE, Verb.START, Verb.RUN, Verb.EXEC)) {
            sweep(verb, plain, 12, 4, KillCampaign::killInit);
            sweep(verb, mapped, 12, 4, KillCampaign::killInit);
        }
        campaign.report("init");
    }

    @Test
    void theHandsOfAOneShotBrain() throws IOException {
        begin(Jpod.oneShot());
        sweep(Verb.CREATE, plain, 8, 2, KillCampaign::killHands);
        sweep(Verb.RUN, mapped, 6, 1, KillCampaign::killHands);
        campaign.report("hands of a one-shot brain");
    }

    @Test
    void theOneShotBrain() throws IOException {
        begin(Jpod.oneShot());
        sweep(Verb.CREATE, plain, 8, 2, KillCampaign::killOneShotBrain);
        sweep(Verb.RUN, mapped, 6, 1, KillCampaign::killOneShotBrain);
        sweep(Verb.DELETE, plain, 4, 1, KillCampaign::killOneShotBrain);
        campaign.report("one-shot brain");
    }

    @Test
    void bothAtOnce() throws IOException {
        begin(Jpod.oneShot());
        sweep(Verb.CREATE, mapped, 8, 2, KillCampaign::killBoth);
        sweep(Verb.RUN, plain, 6, 1, KillCampaign::killBoth);
        sweep(Verb.DELETE, mapped, 4, 1, KillCampaign::killBoth);
        campaign.report("hands and one-shot brain");
    }

    @Test
    void theResidentBrain() throws IOException {
        begin(Jpod.resident());
        sweep(Verb.CREATE, plain, 14, 10, _ -> campaign.killResidentBrain());
        sweep(Verb.CREATE, mapped, 6, 3, _ -> campaign.killResidentBrain());
        sweep(Verb.RUN, plain, 6, 3, _ -> campaign.killResidentBrain());
        sweep(Verb.DELETE, plain, 6, 3, _ -> campaign.killResidentBrain());
        campaign.report("resident brain");
    }
}
