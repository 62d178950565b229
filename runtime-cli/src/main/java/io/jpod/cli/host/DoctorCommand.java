package io.jpod.cli.host;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.cli.show.Table;
import io.jpod.json.JsonWriter;
import io.jpod.pod.Doctor.Finding;
import java.util.List;

public final class DoctorCommand implements Verb {
    private boolean fix;
    private boolean json;

    @Override
    public void define(Definition d) {
        d.flag("--fix", "Remove what is left over, and put back what is missing.", on -> fix = on);
        d.flag("--json", "Print JSON.", on -> json = on);
        d.footer(
                "Such things are left when jpod, or the host, ends in the middle of work: half-made containers and pods, pinned"
                        + " namespaces, mounts, cgroups, logs, and what belongs to networks. What other state roots have made is not"
                        + " looked at. Missing is what somebody else has taken from networks with pods: nft rules, bridges and"
                        + " their addresses, forwarding. Records that cannot be read are listed too.",
                "",
                "The exit code is 0 if nothing is left over or missing, or all of it was mended, else 1.");
        d.examples("jpod doctor", "jpod doctor --fix");
    }

    @Override
    public int call(Jpod jpod) {
        List<Finding> findings = jpod.engine().doctor().examine();
        print(jpod, findings);
        if (!fix) {
            return findings.isEmpty() ? OK : ERROR;
        }
        int code = OK;
        for (Finding finding : findings) {
            try {
                finding.mend();
            } catch (RuntimeException e) {
                // One that cannot go must not keep the others.
                jpod.warn("%s %s: %s".formatted(finding.kind(), finding.name(), e.getMessage()));
                code = ERROR;
            }
        }
        return code;
    }

    private void print(Jpod jpod, List<Finding> findings) {
        if (json) {
            jpod.out()
                    .println(JsonWriter.array(
                            "  ",
                            findings,
                            (j, finding) -> j.text("kind", finding.kind())
                                    .text("name", finding.name())
                                    .text("why", finding.why())));
            return;
        }
        if (findings.isEmpty()) {
            jpod.out().println("nothing is left over");
            return;
        }
        Table table = new Table("KIND", "NAME", "WHY");
        findings.forEach(finding -> table.add(finding.kind(), finding.name(), finding.why()));
        jpod.out().print(table);
    }
}
