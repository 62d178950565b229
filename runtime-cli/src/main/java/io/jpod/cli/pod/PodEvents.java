package io.jpod.cli.pod;

import io.jpod.cli.command.Caller;
import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Each;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.cli.show.PodTimeline;
import io.jpod.cli.show.Template;
import io.jpod.engine.PodContainers;
import io.jpod.json.JsonText;
import io.jpod.pod.Pod;
import java.util.List;
import org.jspecify.annotations.Nullable;

final class PodEvents implements Verb {
    private static final int INTERVAL = 100;

    private @Nullable String format;
    private boolean past;
    private List<String> names = List.of();

    @Override
    public void define(Definition d) {
        d.value("--format=FORMAT", "json, one object a line, or a template.", v -> format = v);
        d.flag("--no-stream", "Print what is past, and end.", on -> past = on);
        d.operands(0, "POD", "By name, ID or the beginning of an ID (default: all pods).", v -> names = v);
        d.footer(
                "It begins with what their records tell of the past: when they were made and started, and how they ended the last"
                        + " time. Nobody writes a journal: changes are seen by looking ten times a second, so that what is undone sooner"
                        + " may be missed. It ends when all the pods are gone that were named.");
        d.examples(
                "jpod pod events web",
                "jpod pod events --no-stream web",
                "jpod pod events --format json | jq -r 'select(.Status == \"die\") | .Name'");
    }

    @Override
    public int call(Jpod jpod) {
        Caller caller = jpod.caller();
        Template template = format == null || format.equals("json") ? null : Template.of(format);
        Each each = new Each(jpod);
        List<String> wanted = each.find(names, name -> jpod.pods().get(name).name());
        if (wanted.isEmpty() && !names.isEmpty()) {
            return each.exitCode();
        }
        PodTimeline timeline = PodTimeline.NOTHING;
        do {
            PodTimeline now = PodTimeline.of(pods(jpod, wanted), PodContainers.byPod(jpod.containers()));
            for (PodTimeline.Event event : now.since(timeline)) {
                caller.out().println(text(event, template));
            }
            timeline = now;
            if (!wanted.isEmpty() && timeline.pods().isEmpty()) {
                break;
            }
        } while (!past && caller.listens(INTERVAL));
        return each.exitCode(jpod.heardOut());
    }

    private static List<Pod> pods(Jpod jpod, List<String> wanted) {
        return jpod.pods().list().stream()
                .filter(pod -> wanted.isEmpty() || wanted.contains(pod.name()))
                .toList();
    }

    private String text(PodTimeline.Event event, @Nullable Template template) {
        if (template != null) {
            return template.render(event.facts());
        }
        return format == null ? event.toString() : JsonText.of(event.facts());
    }
}
