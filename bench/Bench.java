import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Measures jpod and its peers side by side, prints one table and writes it to docs/benchmarks.md. Needs root, runc, crun, bwrap,
 * strace and what {@code make build rootfs} and {@code make -C bench} build. BENCH_RUNS scales the number of runs (100);
 * BENCH_ROWS=1,2,calls measures only these rows on this machine, BENCH_ROWS=vm only the VM and BENCH_ROWS=vm,1,2 these rows there,
 * BENCH_ROWS=jmh only Java alone; none of these writes the page.
 */
final class Bench {
    private static final Scale SCALE =
            new Scale(Integer.parseInt(System.getenv().getOrDefault("BENCH_RUNS", "100")));
    private static final int RUNS = SCALE.runs();
    private static final int WARM_UP = SCALE.warmUp();
    private static final int PODS_WARM_UP = 150;

    private final Host host;
    private final Host.Brain brain;
    private final Contender.Driver driver = new Contender.Driver(Host.SOURCE.resolve("bench/out/timeit"), RUNS, 5, 0);
    private final Table table = new Table();
    private final String truth;
    private boolean warm;
    private final String sleep;

    private Bench(Host host) throws IOException, InterruptedException {
        this.host = host;
        this.brain = host.brain();
        this.truth = " --bundle " + host.work.resolve("true");
        this.sleep = " --bundle " + host.work.resolve("sleep");
    }

    public static void main(String[] args) throws Exception {
        List<String> asked = new ArrayList<>(
                List.of(System.getenv().getOrDefault("BENCH_ROWS", "").split(",")));
        asked.remove("");
        if (asked.remove("vm")) {
            Machine.section(SCALE.inMachine(), asked.isEmpty() ? Machine.ROWS : String.join(",", asked));
        } else if (asked.contains("jmh")) {
            Micro.section();
        } else if (Machine.isHere()) {
            Machine.leave(measured(asked));
        } else if (!asked.isEmpty()) {
            measured(asked);
        } else {
            String micro = Micro.section();
            String here = measured(asked);
            String there = Machine.section(SCALE.inMachine(), Machine.ROWS);
            Files.writeString(Host.SOURCE.resolve("docs/benchmarks.md"), Page.of(here, there, micro));
        }
    }

    /** @param asked empty: all */
    private static String measured(List<String> asked) throws Exception {
        try (Host host = new Host()) {
            Bench bench = new Bench(host);
            Map<String, Row> rows = bench.rows();
            rows.keySet().retainAll(asked.isEmpty() ? rows.keySet() : asked);
            for (Row row : rows.values()) {
                row.measure();
            }
            System.out.println(bench.table);
            return Page.section(host, bench.table, SCALE);
        }
    }

    /** In this order: row 1 warms the brain up for those after it. */
    private Map<String, Row> rows() {
        Map<String, Row> rows = new LinkedHashMap<>();
        rows.put("1", this::run);
        rows.put("2", this::create);
        rows.put("3", this::exec);
        rows.put("4", this::cold);
        rows.put("5", this::parallel);
        rows.put("6", this::crowd);
        rows.put("7", this::memory);
        rows.put("8", this::pod);
        rows.put("calls", this::systemCalls);
        return rows;
    }

    private interface Row {
        void measure() throws Exception;
    }

    /** Row 1. The first rounds are not counted: a resident brain is a warm one. */
    private void run() {
        Path rootfs = host.work.resolve("true/rootfs");
        warm();
        Map<String, Samples> samples = driver.drive(List.of(
                host.jpod(brain, "run jpod run" + truth + " a%"),
                Contender.of(
                        "floor",
                        "run " + Host.SOURCE.resolve("bench/out/floor") + " " + host.cgroups + " "
                                + host.stateOf("floor") + " " + host.work.resolve("true") + " f%"),
                host.crun("run crun run" + truth + " c%"),
                host.runc("run runc run" + truth + " r%"),
                Contender.of(
                        "bwrap",
                        "run bwrap --unshare-all --hostname b --ro-bind " + rootfs + " / --proc /proc --dev /dev"
                                + " --tmpfs /dev/shm --mqueue /dev/mqueue --cap-drop ALL true")));
        table.times(
                "1",
                "run true",
                samples,
                ratio(samples, "crun", 0.5),
                ratio(samples, "runc", 0.2),
                ratio(samples, "floor", 1.6));
    }

    private void warm() {
        if (!warm) {
            driver.runs(WARM_UP).drive(List.of(host.jpod(brain, "run jpod run" + truth + " w%")));
            warm = true;
        }
    }

    private static Table.Goal ratio(Map<String, Samples> samples, String peer, double limit) {
        return Table.Goal.ratio(samples.get("jpod").median() / samples.get(peer).median(), peer, limit);
    }

    /** Row 2. What create leaves behind is reaped by the driver, as conmon would do. */
    private void create() {
        List<Contender> contenders = List.of(
                host.jpod(brain, lifecycle("jpod", "a%")),
                host.crun(lifecycle("crun", "c%")),
                host.runc(lifecycle("runc", "r%")));
        driver.runs(WARM_UP / 3).drive(contenders.subList(0, 1));
        Map<String, Samples> samples = driver.drive(contenders);
        table.times("2", "create + start + wait + delete", samples, ratio(samples, "crun", 0.5));
    }

    private String[] lifecycle(String runtime, String id) {
        return new String[] {
            "run " + runtime + " create" + truth + " " + id,
            "run " + runtime + " start " + id,
            "reap",
            "run " + runtime + " delete " + id
        };
    }

    private static String[] alive(String runtime, String bundle, String id) {
        return new String[] {"run " + runtime + " create" + bundle + " " + id, "run " + runtime + " start " + id};
    }

    /** Row 3, in containers that sleep. */
    private void exec() {
        var once = driver.runs(1).warmUp(0);
        once.drive(List.of(
                host.jpod(brain, alive("jpod", sleep, "home")),
                host.crun(alive("crun", sleep, "home")),
                host.runc(alive("runc", sleep, "home"))));
        List<Contender> contenders = List.of(
                host.jpod(brain, "run jpod exec home true"),
                host.crun("run crun exec home true"),
                host.runc("run runc exec home true"));
        driver.runs(WARM_UP).drive(contenders.subList(0, 1));
        Map<String, Samples> samples = driver.drive(contenders);
        once.drive(List.of(
                host.jpod(brain, "run jpod delete --force home"),
                host.crun("run crun delete --force home"),
                host.runc("run runc delete --force home")));
        table.times("3", "exec of true", samples, ratio(samples, "crun", 0.6));
    }

    /** Row 4: JPOD_ONESHOT, a JVM for every command. */
    private void cold() {
        var some = driver.runs(Math.max(5, RUNS / 4)).warmUp(2);
        Map<String, Samples> run = some.drive(
                List.of(host.cold("run jpod run" + truth + " a%"), host.runc("run runc run" + truth + " r%")));
        table.times(
                "4",
                "cold: run true",
                run,
                ratio(run, "runc", 3),
                Table.Goal.atMost(run.get("jpod").median(), "ms", 110));

        var once = driver.runs(1).warmUp(0);
        once.drive(List.of(host.cold(alive("jpod", sleep, "home")), host.runc(alive("runc", sleep, "home"))));
        Map<String, Samples> state =
                some.drive(List.of(host.cold("run jpod state home"), host.runc("run runc state home")));
        once.drive(List.of(host.cold("run jpod delete --force home"), host.runc("run runc delete --force home")));
        table.times(
                "4",
                "cold: state",
                state,
                ratio(state, "runc", 3),
                Table.Goal.atMost(state.get("jpod").median(), "ms", 110));

        Map<String, Samples> help = some.drive(List.of(host.cold("run jpod --help"), host.runc("run runc --help")));
        table.times(
                "4", "cold: --help", help, Table.Goal.atMost(help.get("jpod").median(), "ms", 80));
    }

    /** Row 5, in rounds that alternate. A sample is the whole crowd. runc, the slowest, is in the first alone: no goal names it. */
    private void parallel() {
        warm();
        int containers = SCALE.crowd();
        var crowd = driver.runs(containers).warmUp(0).clients(8);
        Map<String, Samples> samples = new LinkedHashMap<>();
        List<Contender> contenders = List.of(
                host.jpod(brain, "run jpod run" + truth + " a%"),
                host.crun("run crun run" + truth + " c%"),
                host.runc("run runc run" + truth + " r%"));
        for (int round = 0; round < 3; round++) {
            crowd.drive(contenders.subList(0, round == 0 ? 3 : 2))
                    .forEach((name, one) -> samples.merge(name, one, Samples::and));
        }
        Samples jpod = samples.get("jpod");
        Map<String, String> peers = new LinkedHashMap<>();
        samples.forEach((name, values) -> peers.put(name, perSecond(values, containers)));
        table.row(
                "5",
                "8 clients, " + containers + " containers (per second)",
                jpod.runs(),
                perSecond(jpod, containers),
                Math.round(containers * 1000 / jpod.percentile(100)) + ".."
                        + Math.round(containers * 1000 / jpod.percentile(0)),
                peers,
                Table.Goal.atLeast(samples.get("crun").median() / jpod.median(), "crun", 1.8),
                new Table.Goal(jpod.failures() + " failures", "none", jpod.failures() == 0));
    }

    private static String perSecond(Samples samples, int containers) {
        return Math.round(containers * 1000 / samples.median()) + "/s"
                + (samples.failures() == 0 ? "" : " (" + samples.failures() + " failed)");
    }

    /** Row 6: 10 alive, 500 alive, 10 alive again, so that a machine that gets slower with time does not count against 500. */
    private void crowd() {
        warm();
        int many = SCALE.crowd();
        var alone = driver.runs(many).warmUp(0);
        List<Contender> next = List.of(
                host.jpod(brain, "run jpod create" + sleep + " a%", "also jpod delete --force a%", "drain"),
                host.crun("run crun create" + sleep + " c%", "also crun delete --force c%", "drain"));
        List<Contender> more =
                List.of(host.jpod(brain, alive("jpod", sleep, "s%")), host.crun(alive("crun", sleep, "s%")));
        List<Contender> fewer =
                List.of(host.jpod(brain, "run jpod delete --force s%"), host.crun("run crun delete --force s%"));

        alone.runs(10).drive(more, 0);
        Map<String, Samples> few = driver.drive(next);
        alone.runs(many - 10).drive(more, 10);
        Map<String, Samples> crowded = driver.runs(RUNS * 2).drive(next);
        Map<String, Samples> list =
                driver.drive(List.of(host.jpod(brain, "run jpod list"), host.crun("run crun list")));
        alone.runs(many - 10).drive(fewer, 10);
        driver.drive(next).forEach((name, samples) -> few.merge(name, samples, Samples::and));
        alone.runs(10).drive(fewer, 0);

        table.times(
                "6",
                many + " alive: list",
                list,
                Table.Goal.atMost(list.get("jpod").median(), "ms", 30));
        table.times("6", "10 alive: create", few);
        table.times("6", many + " alive: create", crowded);
        double growth = crowded.get("jpod").percentile(99) / few.get("jpod").percentile(99);
        Map<String, String> peers = new LinkedHashMap<>();
        few.forEach((name, samples) -> peers.put(
                name,
                Samples.milliseconds(samples.percentile(99)) + " -> "
                        + Samples.milliseconds(crowded.get(name).percentile(99))));
        table.row(
                "6",
                "p99 of create, 10 -> " + many + " alive",
                few.get("jpod").runs(),
                peers.get("jpod") + " ms",
                "",
                peers,
                Table.Goal.ratio(growth, "that with 10", 1.3));
    }

    /** Row 7, with a brain that has done nothing else. */
    private void memory() throws Exception {
        Host.Brain fresh = host.brain();
        int containers = RUNS * 10;
        var crowd = driver.runs(containers).warmUp(0).clients(2);
        List<Contender> run = List.of(host.jpod(fresh, "run jpod run" + truth + " m%"));
        crowd.drive(run);
        double first = fresh.residentMebibytes();
        crowd.drive(run);
        double second = fresh.residentMebibytes();
        table.row(
                "7",
                "resident JVM after " + containers + ", " + 2 * containers + " containers",
                "1",
                String.format(Locale.ROOT, "%.1f, %.1f MiB", first, second),
                "",
                Map.of(),
                Table.Goal.atMost(first, "MiB RSS", 80),
                new Table.Goal(
                        String.format(Locale.ROOT, "%+.1f MiB", second - first), "not growing", second < first * 1.03));
        monitors();
    }

    private void monitors() throws IOException {
        var ten = driver.runs(10).warmUp(0);
        int before = host.hands().size();
        Samples started = ten.drive(List.of(host.jpod(brain, "run jpod run --detach" + sleep + " d%")), 0)
                .get("jpod");
        if (started.failures() > 0) {
            throw new IOException("no detached containers to look at, see " + Host.LOG);
        }
        long kibibytes = 0;
        List<Path> hands = host.hands();
        for (Path process : hands) {
            kibibytes += Host.kibibytes(process.resolve("smaps_rollup"), "Pss:");
        }
        ten.drive(List.of(host.jpod(brain, "run jpod delete --force d%")), 0);
        double each = kibibytes / 10.0;
        table.row(
                "7",
                "left behind per detached container (" + (hands.size() - before) + " processes for 10)",
                "10",
                String.format(Locale.ROOT, "%.0f KiB", each),
                "",
                Map.of(),
                Table.Goal.atMost(each, "KiB PSS", 300));
    }

    /** Row 8, in a network namespace of its own, since both make a bridge. */
    private void pod() throws Exception {
        var few = driver.runs(Math.max(3, RUNS / 20)).warmUp(1);
        String sleeper = " --rootfs " + host.work.resolve("sleep/rootfs") + " sleep 100000";
        Contender podman = host.podman(podOfThree("podman", sleeper, "--time 0"));
        Contender jpod = host.inCorner(host.jpod(host.cornerBrain(), podOfThree("jpod", sleeper, "")));
        // podman is a process for every command; a resident brain is one that has made pods before.
        driver.runs(PODS_WARM_UP).drive(List.of(jpod));
        Map<String, Samples> samples = few.drive(List.of(jpod, podman));
        table.times("8", "pod, 3 containers, network", samples, ratio(samples, "podman", 0.1));
    }

    private static String[] podOfThree(String runtime, String sleeper, String atOnce) {
        String container = "run " + runtime + " run --detach --pod p%" + sleeper;
        return new String[] {
            "run " + runtime + " pod create --name p%",
            container,
            container,
            container,
            "also " + runtime + " pod rm --force " + atOnce + " p%",
            "drain"
        };
    }

    /** Not of the table: a time depends on the machine, this does not. */
    private void systemCalls() throws Exception {
        warm();
        SystemCalls calls = new SystemCalls(host);
        SystemCalls.Count jpod = calls.jpod(brain, truth);
        Map<String, String> peers = new LinkedHashMap<>();
        long crun = calls.peer(host.crun("run crun run" + truth + " c0"));
        peers.put("crun", "" + crun);
        peers.put("runc", "" + calls.peer(host.runc("run runc run" + truth + " r0")));
        peers.put(
                "floor",
                ""
                        + calls.peer(Contender.of(
                                "floor",
                                "run " + Host.SOURCE.resolve("bench/out/floor") + " " + host.cgroups + " "
                                        + host.stateOf("floor") + " " + host.work.resolve("true") + " f0")));
        table.row(
                "",
                "system calls of run: hands + JVM + container" + (jpod.futex() > 0 ? ", and futex" : ""),
                "1",
                jpod.hands() + " + " + jpod.brain() + " + " + jpod.container() + ", " + jpod.futex(),
                "",
                peers,
                Table.Goal.ratio((double) jpod.sum() / crun, "crun", 1),
                new Table.Goal("" + jpod.sum(), "≤ 250", jpod.sum() <= 250));
    }
}
