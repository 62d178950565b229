package io.jpod.it;

import io.jpod.testing.Built;
import io.jpod.testing.Needs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * SIGKILL at any moment of {@code pod create}, of {@code run --pod} and of {@code pod rm}, to whoever takes part: {@code pod rm
 * --force} then always succeeds, leaves the host as it was, and the name is free again.
 */
@Tag("root")
@Needs({Built.JPOD, Built.PROBE, Built.BUSYBOX})
class PodKillTest {
    private static final List<List<String>> KINDS = List.of(
            List.of(),
            List.of("--share", "+pid"),
            List.of("--userns", "auto"),
            List.of("--share", "+pid,cgroup", "--userns", "auto"),
            List.of("--share", "+cgroup"),
            List.of("--share", "none"));

    @AutoClose
    private final Jpod jpod = Jpod.resident();

    /** Whoever cleans up behind a command that was killed, and makes things again. */
    private Jpod cleaner = jpod;

    private KillCampaign campaign;

    @BeforeEach
    void begin() {
        TestPod pod = TestPod.create(jpod);
        pod.start();
        pod.remove().ok();
        campaign = new KillCampaign(jpod);
    }

    private static String[] array(List<String> words) {
        return words.toArray(String[]::new);
    }

    private abstract class OfPod implements KillCampaign.Work {
        /** Its cgroup lies in one that has to be made too. */
        final List<String> options;

        OfPod(List<String> kind) {
            options = new ArrayList<>(kind);
            options.addAll(List.of("--cgroup-parent", "/" + jpod.token));
        }

        @Override
        public Result make(String name) {
            return TestPod.creation(cleaner, name, array(options)).run();
        }

        @Override
        public Result remove(String name) {
            return new TestPod(cleaner, name).remove();
        }
    }

    private final class Create extends OfPod {
        Create(List<String> kind) {
            super(kind);
        }

        @Override
        public Jpod.Call command(String name) {
            return TestPod.creation(jpod, name, array(options));
        }
    }

    private final class RunInIt extends OfPod {
        RunInIt(List<String> kind) {
            super(kind);
        }

        @Override
        public void prepare(String name) {
            make(name).ok();
        }

        @Override
        public Jpod.Call command(String name) {
            return TestPod.run(jpod, List.of("-d", "--pod", name, "--name", name), "sleep", "1000");
        }

        @Override
        public Result remove(String name) {
            Result pod = super.remove(name);
            // One that was killed when it had the name and nothing else had said nowhere that it was to be the pod's.
            cleaner.run("delete", "--force", name).ok();
            return pod;
        }
    }

    private final class Remove extends OfPod {
        Remove(List<String> kind) {
            super(kind);
        }

        @Override
        public void prepare(String name) {
            make(name).ok();
            new TestPod(jpod, name).start();
            new TestPod(jpod, name).start();
        }

        @Override
        public Jpod.Call command(String name) {
            return jpod.call("pod", "rm", "--force", name);
        }
    }

    @Test
    void theHandsOfAResidentBrain() {
        for (List<String> kind : KINDS) {
            campaign.sweep(new Create(kind), 7, 5, KillCampaign::killHands);
            campaign.sweep(new RunInIt(kind), 3, 3, KillCampaign::killHands);
            campaign.sweep(new Remove(kind), 3, 3, KillCampaign::killHands);
        }
        campaign.report("pods, hands of a resident brain");
    }

    /** Whoever cleans up behind a caller that was killed is faster than the brain. */
    @Test
    void theHandsOfASlowBrain() throws IOException {
        try (Jpod quick = Jpod.resident(jpod.root);
                Brake _ = new Brake(jpod.brain())) {
            cleaner = quick;
            for (List<String> kind : KINDS) {
                campaign.sweep(new Create(kind), 7, 2, KillCampaign::killHands);
                campaign.sweep(new RunInIt(kind), 4, 2, KillCampaign::killHands);
                campaign.sweep(new Remove(kind), 3, 1, KillCampaign::killHands);
            }
        }
        campaign.report("pods, hands of a slow brain");
    }

    @Test
    void theResidentBrain() {
        for (List<String> kind : KINDS.subList(0, 4)) {
            campaign.sweep(new Create(kind), 3, 3, _ -> campaign.killResidentBrain());
        }
        campaign.sweep(new RunInIt(KINDS.get(1)), 1, 3, _ -> campaign.killResidentBrain());
        campaign.sweep(new Remove(KINDS.get(3)), 2, 3, _ -> campaign.killResidentBrain());
        campaign.report("pods, resident brain");
    }

    /** Everything but the command that is cut off is done by the resident brain, which is faster. */
    private record OneShot(KillCampaign.Work work) implements KillCampaign.Work {
        @Override
        public void prepare(String name) {
            work.prepare(name);
        }

        @Override
        public Jpod.Call command(String name) {
            return work.command(name).oneShot();
        }

        @Override
        public Result make(String name) {
            return work.make(name);
        }

        @Override
        public Result remove(String name) {
            return work.remove(name);
        }
    }

    @Test
    void aOneShotBrainAndItsHands() {
        List<KillCampaign.Blow> blows =
                List.of(KillCampaign::killHands, KillCampaign::killOneShotBrain, KillCampaign::killBoth);
        for (int i = 0; i < blows.size(); i++) {
            campaign.sweep(new OneShot(new Create(KINDS.get(i + 1))), 5, 1, blows.get(i));
        }
        campaign.sweep(new OneShot(new Remove(KINDS.get(3))), 3, 1, KillCampaign::killBoth);
        campaign.report("pods, one-shot brain and hands");
    }
}
