package dev.ashlar.processor.joint;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.device.DeviceCatalogue;
import dev.ashlar.processor.solve.Effort;
import dev.ashlar.processor.solve.Narrowing;
import dev.ashlar.processor.solve.Outcome;
import dev.ashlar.processor.solve.Problem;
import dev.ashlar.processor.solve.ProvedSolver;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Joint plans of a GPT beside plans made in other ways on the same costs, for ten budgets between the smallest memory and that of the
 * fastest plan, and for any. From the root of the repository, after {@code mvn -q test-compile},
 *
 * <pre>
 * java -cp "dsl-processor/target/test-classes:dsl-processor/target/classes:dsl-annotations/target/classes:$(find ~/.m2 -name 'ojalgo-57.0.0.jar' \
 *     -o -name 'jspecify-1.0.0.jar' | paste -sd:)" dev.ashlar.processor.joint.JointBenchmark
 * </pre>
 *
 * prints a table for each of three meshes; with the number of a mesh, 0 to 2, only that. Columns: the budget of one device; the joint plan's
 * milliseconds and how far they can be from the optimum at most; then by how much others are slower:
 *
 * <ul>
 *   <li>{@code once}: shards as fast as the budget allows if all is kept (or in the smallest memory), then recomputes within it;
 *   <li>{@code sweep}: the best of that over 17 budgets of the first stage;
 *   <li>{@code blocks}: recomputes whole blocks, none, a quarter, … or all of them, and shards as is best for that;
 *   <li>{@code data}, {@code zero3}, {@code megatron}, {@code hybrid}: shards and stores as people do, and recomputes as is best for that.
 * </ul>
 *
 * {@code -} stands where none fits. A star marks what is faster than the joint plan by more than its gap, which must not be.
 */
final class JointBenchmark {
    private static final int BUDGETS = 10;
    private static final int SWEEP = 17;
    private static final int BLOCK_SHARES = 4;
    private static final double GAP = 1e-3;
    private static final Effort EFFORT = Effort.of(GAP);
    /** Where that leaves a larger gap. */
    private static final Effort PATIENT = new Effort(1e-4, 2_000_000, 4_000_000, 3);

    private static final long UNLIMITED = 1L << 50;

    private final JointProblem joint;
    private final long fixedBytes;
    private final Restrictions restrictions;
    private final Way keeping;
    private final Map<String, Way> ways = new TreeMap<>();
    private final Map<List<Integer>, Way> stagesTwo = new HashMap<>();

    /** Some of the plans, and the least memory that one of them needs. */
    private record Way(ProvedSolver solver, long leastBytes) {
        static Way of(Problem problem) {
            ProvedSolver solver = new ProvedSolver(problem);
            return new Way(solver, least(solver));
        }

        Optional<Outcome.Feasible> within(long budget) {
            return budget < leastBytes ? Optional.empty() : solve(solver, budget);
        }

        Optional<Long> time(long budget) {
            return within(budget).map(f -> f.solution().time());
        }
    }

    /** A model on a mesh. */
    private record Instance(String name, String dims, String device, List<Integer> shape, List<String> links) {}

    private static final List<Instance> INSTANCES = List.of(
            new Instance(
                    "GPT, 24 layers of 2048, on 4 A100-40",
                    "batch=16 seq=1024 d=2048 heads=16 vocab=50304 layers=24",
                    "a100-40",
                    List.of(4),
                    List.of("nvlink3")),
            new Instance(
                    "GPT, 24 layers of 4096, on 8 H100",
                    "batch=16 seq=2048 d=4096 heads=32 vocab=50304 layers=24",
                    "h100-sxm",
                    List.of(8),
                    List.of("nvlink4")),
            new Instance(
                    "GPT, 24 layers of 4096, on 2x4 H100",
                    "batch=16 seq=2048 d=4096 heads=32 vocab=50304 layers=24",
                    "h100-sxm",
                    List.of(2, 4),
                    List.of("ib-400g", "nvlink4")));

    private JointBenchmark(JointProblem joint, int axes, long fixedBytes) {
        this.joint = joint;
        this.fixedBytes = fixedBytes;
        restrictions = new Restrictions(joint);
        keeping = way(restrictions.nothingAgain());
        ExpertPlan.of(axes).forEach(p -> ways.put(p.name(), way(restrictions.of(p))));
        for (int i = 0; i <= BLOCK_SHARES; i++) {
            ways.put("blocks " + i, way(restrictions.wholeBlocksAgain((double) i / BLOCK_SHARES)));
        }
    }

    /** Argument: none, or the number of an instance. */
    public static void main(String[] arguments) throws Unplannable {
        List<Instance> chosen =
                arguments.length == 0 ? INSTANCES : List.of(INSTANCES.get(Integer.parseInt(arguments[0])));
        for (Instance instance : chosen) {
            Target target =
                    PlannedInstance.target(instance.device(), instance.shape(), instance.links(), Repeats.OPERATORS);
            JointProblem joint = JointProblem.of(
                    SampleModels.gpt(instance.dims()).precision("BF16").graph(), target);
            System.out.println(instance.name());
            long fixedBytes = DeviceCatalogue.standard()
                    .device(instance.device(), new ModelSpecs.At("benchmark"))
                    .fixedBytes();
            new JointBenchmark(joint, target.collectives().mesh().rank(), fixedBytes).run();
        }
    }

    private void run() {
        ProvedSolver solver = new ProvedSolver(joint.problem());
        long least = least(solver);
        long most = solve(solver, UNLIMITED).orElseThrow().solution().peak();
        List<String> columns = new ArrayList<>(List.of("once", "sweep", "blocks"));
        ways.keySet().stream().filter(w -> !w.startsWith("blocks")).forEach(columns::add);
        System.out.printf("%10s %10s %7s", "GiB", "joint ms", "gap");
        columns.forEach(c -> System.out.printf(" %9s", c));
        System.out.println();
        List<List<Integer>> stageOne = sweep();
        for (int i = 0; i < BUDGETS; i++) {
            long budget = least + (most - least) * (2 * i + 1) / (2 * BUDGETS);
            String memory = String.format(Locale.ROOT, "%.2f", (double) (budget + fixedBytes) / (1 << 30));
            row(memory, solver, budget, columns, stageOne);
        }
        row("any", solver, UNLIMITED, columns, stageOne);
    }

    private void row(
            String memory, ProvedSolver solver, long budget, List<String> columns, List<List<Integer>> stageOne) {
        Outcome.Feasible best = solve(solver, budget).orElseThrow();
        double millis = joint.seconds(best.solution().time()) * 1e3;
        System.out.printf(Locale.ROOT, "%10s %10.2f %6.2f%%", memory, millis, 100 * best.gap());
        Map<String, Optional<Long>> others = others(budget, stageOne);
        columns.forEach(c -> System.out.printf(" %9s", beside(best, others.getOrDefault(c, Optional.empty()))));
        System.out.println();
    }

    private static String beside(Outcome.Feasible best, Optional<Long> other) {
        if (other.isEmpty()) {
            return "-";
        }
        long time = best.solution().time();
        boolean better = other.get() < best.certificate().bound();
        return String.format(Locale.ROOT, "%+.1f%%%s", 100.0 * (other.get() - time) / time, better ? "*" : "");
    }

    private Map<String, Optional<Long>> others(long budget, List<List<Integer>> stageOne) {
        Map<String, Optional<Long>> times = new TreeMap<>();
        times.put("once", once(budget));
        times.put(
                "sweep", fastest(stageOne.stream().map(s -> stageTwo(s, budget)).toList(), times.get("once")));
        ways.forEach((name, way) -> {
            String column = name.replaceAll(" .*", "");
            Optional<Long> before = times.getOrDefault(column, Optional.empty());
            times.put(column, fastest(List.of(way.time(budget)), before));
        });
        return times;
    }

    private static Optional<Long> fastest(List<Optional<Long>> times, Optional<Long> other) {
        return Stream.concat(times.stream(), Stream.of(other))
                .flatMap(Optional::stream)
                .min(Long::compare);
    }

    private Way way(Map<Integer, BitSet> allowed) {
        return Way.of(Narrowing.of(joint.problem(), allowed));
    }

    private Optional<Long> once(long budget) {
        return stageTwo(
                keeping.within(budget)
                        .or(() -> keeping.within(keeping.leastBytes()))
                        .orElseThrow()
                        .solution()
                        .labels(),
                budget);
    }

    /** Shardings that are fastest within some budgets if all is kept. */
    private List<List<Integer>> sweep() {
        long least = keeping.leastBytes();
        long most = keeping.within(UNLIMITED).orElseThrow().solution().peak();
        return IntStream.range(0, SWEEP)
                .mapToObj(i -> least + (most - least) / (SWEEP - 1) * i)
                .map(b -> keeping.within(b).orElseThrow().solution().labels())
                .distinct()
                .toList();
    }

    private Optional<Long> stageTwo(List<Integer> layouts, long budget) {
        return stagesTwo
                .computeIfAbsent(layouts, l -> way(restrictions.layoutsOf(l)))
                .time(budget);
    }

    private static long least(ProvedSolver solver) {
        return ((Outcome.Infeasible) solver.smallest(EFFORT).outcome()).smallestBudget();
    }

    private static Optional<Outcome.Feasible> solve(ProvedSolver solver, long budget) {
        Optional<Outcome.Feasible> quick = solve(solver, budget, EFFORT);
        return quick.filter(f -> f.gap() > GAP).isPresent() ? solve(solver, budget, PATIENT) : quick;
    }

    private static Optional<Outcome.Feasible> solve(ProvedSolver solver, long budget, Effort effort) {
        Outcome outcome = solver.solve(budget, effort).outcome();
        return outcome instanceof Outcome.Feasible feasible ? Optional.of(feasible) : Optional.empty();
    }
}
