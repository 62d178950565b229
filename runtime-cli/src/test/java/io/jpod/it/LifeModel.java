package io.jpod.it;

import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A container's life as its users know it, written down beside the one that jpod has: what each verb says and leaves behind, in
 * whatever state. Two verbs at the same time must come to what some order of the two comes to here.
 */
final class LifeModel {
    private LifeModel() {}

    enum Life {
        ABSENT,
        CREATED,
        RUNNING,
        PAUSED_BEFORE_START,
        PAUSED,
        STOPPED;

        /** As state prints it. */
        String status() {
            return switch (this) {
                case ABSENT -> "absent";
                case CREATED -> "created";
                case RUNNING -> "running";
                case PAUSED_BEFORE_START, PAUSED -> "paused";
                case STOPPED -> "stopped";
            };
        }

        boolean isAlive() {
            return switch (this) {
                case ABSENT, STOPPED -> false;
                case CREATED, RUNNING, PAUSED_BEFORE_START, PAUSED -> true;
            };
        }
    }

    enum Verb {
        CREATE,
        START,
        KILL,
        PAUSE,
        RESUME,
        EXEC,
        UPDATE,
        DELETE,
        DELETE_FORCE,
        STATE,
        LIST;

        boolean onlyLooks() {
            return this == STATE || this == LIST;
        }

        private boolean kills() {
            return this == KILL || this == DELETE || this == DELETE_FORCE;
        }
    }

    /** @param dying it was killed, which takes its moment: until then it may be seen alive */
    record Now(Life life, boolean dying) {
        private Set<Life> seen() {
            return dying ? EnumSet.of(life, Life.STOPPED) : EnumSet.of(life);
        }

        Life inTheEnd() {
            return dying && life.isAlive() ? Life.STOPPED : life;
        }
    }

    /** @param said the exit code, and what the verb has said */
    record Step(String said, Now next) {}

    /** @param first and second what two verbs have said, whichever came first */
    record Outcome(String first, String second, Life life) {}

    private static final String DONE = "0";

    /** The states in which one of two verbs does something; if both only look, one that there is something to look at. */
    static List<Life> lives(Verb first, Verb second) {
        List<Life> lives = Stream.of(Life.values())
                .filter(life -> Stream.of(first, second).anyMatch(verb -> does(life, verb)))
                .toList();
        return lives.isEmpty() ? List.of(Life.CREATED) : lives;
    }

    private static boolean does(Life life, Verb verb) {
        return !verb.onlyLooks() && step(life, false, verb).said().equals(DONE);
    }

    /** All that two verbs at the same time may come to. */
    static Set<Outcome> outcomes(Life before, Verb first, Verb second) {
        Set<Outcome> outcomes = new LinkedHashSet<>();
        inOrder(before, first, second).forEach(outcomes::add);
        inOrder(before, second, first)
                .forEach(outcome -> outcomes.add(new Outcome(outcome.second(), outcome.first(), outcome.life())));
        if (first.onlyLooks()) {
            looks(before, first, second).forEach(outcomes::add);
        }
        if (second.onlyLooks()) {
            looks(before, second, first)
                    .forEach(outcome -> outcomes.add(new Outcome(outcome.second(), outcome.first(), outcome.life())));
        }
        return outcomes;
    }

    private static List<Outcome> inOrder(Life before, Verb first, Verb second) {
        return steps(new Now(before, false), first).stream()
                .flatMap(one -> steps(one.next(), second).stream()
                        .flatMap(two -> said(first, one, second, two)
                                .map(said ->
                                        new Outcome(said, two.said(), two.next().inTheEnd()))))
                .toList();
    }

    /** A process that runs when its container is killed ends with it: exec has begun before, and ends after that. */
    private static Stream<String> said(Verb first, Step one, Verb second, Step two) {
        boolean isKilled = first == Verb.EXEC
                && second.kills()
                && one.said().equals(DONE)
                && two.said().equals(DONE);
        return isKilled ? Stream.of(DONE, "137") : Stream.of(one.said());
    }

    /** Whoever only looks waits for nobody, and may see a container on its way. */
    private static List<Outcome> looks(Life before, Verb look, Verb verb) {
        return steps(new Now(before, false), verb).stream()
                .flatMap(step -> onItsWay(before, verb, step)
                        .map(status -> new Outcome(
                                said(look, status), step.said(), step.next().inTheEnd())))
                .toList();
    }

    private static Stream<String> onItsWay(Life before, Verb verb, Step step) {
        if (!step.said().equals(DONE)) {
            return Stream.of();
        }
        return switch (verb) {
            case CREATE -> Stream.of("creating");
            case DELETE, DELETE_FORCE ->
                new Now(before, before.isAlive()).seen().stream().map(Life::status);
            case KILL -> step.next().seen().stream().map(Life::status);
            case START, PAUSE, RESUME, EXEC, UPDATE, STATE, LIST -> Stream.of();
        };
    }

    private static String said(Verb look, String status) {
        return look == Verb.STATE && status.equals("absent") ? "1 container does not exist: ID" : "0 " + status;
    }

    private static Set<Step> steps(Now now, Verb verb) {
        Set<Step> steps = new LinkedHashSet<>();
        for (Life life : now.seen()) {
            steps.add(step(life, now.dying() && life.isAlive(), verb));
        }
        if (now.dying() && verb == Verb.EXEC) {
            steps.add(new Step("137", new Now(now.life(), true)));
        }
        return steps;
    }

    private static Step step(Life life, boolean dying, Verb verb) {
        Now same = new Now(life, dying);
        String missing = "1 container does not exist: ID";
        return switch (verb) {
            case CREATE ->
                switch (life) {
                    case ABSENT -> new Step(DONE, new Now(Life.CREATED, false));
                    case CREATED, RUNNING, PAUSED_BEFORE_START, PAUSED, STOPPED ->
                        new Step("1 container with given ID already exists: ID", same);
                };
            case START ->
                switch (life) {
                    case ABSENT -> new Step(missing, same);
                    case CREATED -> new Step(DONE, new Now(Life.RUNNING, dying));
                    case RUNNING, PAUSED_BEFORE_START, PAUSED ->
                        new Step("1 cannot start an already running container", same);
                    case STOPPED -> new Step("1 cannot start a container that has stopped", same);
                };
            case KILL ->
                switch (life) {
                    case ABSENT -> new Step(missing, same);
                    case CREATED, RUNNING, PAUSED_BEFORE_START, PAUSED -> new Step(DONE, new Now(life, true));
                    case STOPPED -> new Step("1 container not running", same);
                };
            case PAUSE ->
                switch (life) {
                    case ABSENT -> new Step(missing, same);
                    case CREATED -> new Step(DONE, new Now(Life.PAUSED_BEFORE_START, dying));
                    case RUNNING -> new Step(DONE, new Now(Life.PAUSED, dying));
                    case PAUSED_BEFORE_START, PAUSED, STOPPED ->
                        new Step("1 container not running or created: " + life.status(), same);
                };
            case RESUME ->
                switch (life) {
                    case ABSENT -> new Step(missing, same);
                    case PAUSED_BEFORE_START -> new Step(DONE, new Now(Life.CREATED, dying));
                    case PAUSED -> new Step(DONE, new Now(Life.RUNNING, dying));
                    case CREATED, RUNNING, STOPPED -> new Step("1 container not paused", same);
                };
            case EXEC ->
                switch (life) {
                    case ABSENT -> new Step("255 exec failed: container does not exist: ID", same);
                    case CREATED, RUNNING -> new Step(DONE, same);
                    case PAUSED_BEFORE_START, PAUSED ->
                        new Step(
                                "255 exec failed: cannot exec in a paused container (use --ignore-paused to override)",
                                same);
                    case STOPPED -> new Step("255 exec failed: cannot exec in a stopped container", same);
                };
            case UPDATE ->
                switch (life) {
                    case ABSENT -> new Step(missing, same);
                    case CREATED, RUNNING, PAUSED_BEFORE_START, PAUSED -> new Step(DONE, same);
                    case STOPPED -> new Step("1 container not running", same);
                };
            case DELETE ->
                switch (life) {
                    case ABSENT -> new Step(missing, same);
                    case CREATED, STOPPED -> new Step(DONE, new Now(Life.ABSENT, false));
                    case RUNNING, PAUSED_BEFORE_START, PAUSED ->
                        new Step("1 cannot delete container ID that is not stopped: " + life.status(), same);
                };
            case DELETE_FORCE -> new Step(DONE, new Now(Life.ABSENT, false));
            case STATE, LIST -> new Step(said(verb, life.status()), same);
        };
    }
}
