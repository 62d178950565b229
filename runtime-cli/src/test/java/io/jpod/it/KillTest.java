package io.jpod.it;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/**
 * SIGKILL at any moment of {@code create}, to whoever takes part: {@code delete --force} then always succeeds, leaves the host as
 * it was, and the id is free again.
 */
@Tag("root")
@EnabledIf("io.jpod.it.Jpod#isBuilt")
class KillTest {
    private Jpod jpod;
    private Bundle bundle;
    private KillCampaign campaign;

    @AfterEach
    void end() throws IOException {
        jpod.close();
    }

    private void begin(Jpod own) throws IOException {
        jpod = own;
        bundle = jpod.probe("sleep", "1000");
        // Its cgroup lies in one that has to be made too.
        bundle.change(config -> config.set("process.args", List.of("/probe", "sleep", "1000"))
                .set("linux.cgroupsPath", "/" + jpod.token + "/" + jpod.token));
        campaign = new KillCampaign(jpod);
    }

    private final class Create implements KillCampaign.Work {
        @Override
        public Jpod.Call command(String id) {
            return jpod.call("create", "-b", bundle.dir().toString(), id);
        }

        @Override
        public Result make(String id) {
            return command(id).run();
        }

        @Override
        public Result remove(String id) {
            return jpod.run("delete", "--force", id);
        }
    }

    @Test
    void theHandsOfAResidentBrain() throws IOException {
        begin(Jpod.resident());
        campaign.sweep(new Create(), 160, 30, KillCampaign::killHands);
        campaign.report("hands of a resident brain");
    }

    @Test
    void theHandsOfAOneShotBrain() throws IOException {
        begin(Jpod.oneShot());
        campaign.sweep(new Create(), 14, 3, KillCampaign::killHands);
        campaign.report("hands of a one-shot brain");
    }

    @Test
    void theOneShotBrain() throws IOException {
        begin(Jpod.oneShot());
        campaign.sweep(new Create(), 14, 3, KillCampaign::killOneShotBrain);
        campaign.report("one-shot brain");
    }

    @Test
    void bothAtOnce() throws IOException {
        begin(Jpod.oneShot());
        campaign.sweep(new Create(), 14, 3, KillCampaign::killBoth);
        campaign.report("hands and one-shot brain");
    }

    @Test
    void theResidentBrain() throws IOException {
        begin(Jpod.resident());
        campaign.sweep(new Create(), 25, 30, _ -> campaign.killResidentBrain());
        campaign.report("resident brain");
    }
}
