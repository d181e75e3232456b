package dev.ashlar.processor.joint;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.cost.CostModel;
import dev.ashlar.processor.device.Device;
import dev.ashlar.processor.device.DeviceCatalogue;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.device.MeshAxis;
import dev.ashlar.processor.device.NumberFormat;
import dev.ashlar.processor.shard.Collectives;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.solve.Effort;
import dev.ashlar.processor.solve.Narrowing;
import dev.ashlar.processor.solve.Outcome;
import dev.ashlar.processor.solve.ProvedSolver;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Joint plans of a GPT beside those of experts on the same costs, for ten budgets between the smallest memory and that of the
 * fastest plan, and for any. From the root of the repository, after {@code mvn -q test-compile},
 *
 * <pre>
 * java -cp "dsl-processor/target/test-classes:dsl-processor/target/classes:dsl-annotations/target/classes:$(find ~/.m2 -name 'ojalgo-57.0.0.jar' \
 *     -o -name 'jspecify-1.0.0.jar' | paste -sd:)" dev.ashlar.processor.joint.JointBenchmark
 * </pre>
 *
 * prints a table for each of three meshes; with the number of a mesh, 0 to 2, only that. Columns: the budget of one device; the joint plan's
 * milliseconds and how far they can be from the optimum at most; then by how much it takes longer to shard and store as people do: {@code
 * data} parts of the batch and all parameters on every device, {@code zero3} the same with parameters in parts, {@code megatron} columns and
 * rows of weights with norms and residuals on parts of the sequence, {@code hybrid} parts of the batch along the first mesh axis and that
 * along the others. Each is the joint problem with fewer labels.
 *
 * {@code -} stands where none fits. A star marks what is faster than the joint plan by more than its gap, which must not be.
 */
final class JointBenchmark {
    private static final int BUDGETS = 10;
    private static final double GAP = 1e-3;
    private static final Effort EFFORT = Effort.of(GAP);
    private static final long UNLIMITED = 1L << 50;

    private final JointProblem joint;
    private final Device device;
    private final Map<String, ProvedSolver> ways = new LinkedHashMap<>();

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

    private JointBenchmark(JointProblem joint, Device device, Mesh mesh) {
        this.joint = joint;
        this.device = device;
        Restrictions restrictions = new Restrictions(joint);
        ExpertPlan.of(mesh.rank()).forEach(p -> ways.put(p.name(), narrowed(restrictions.of(p))));
    }

    /** Argument: none, or the number of an instance. */
    public static void main(String[] arguments) throws Unplannable {
        List<Instance> chosen =
                arguments.length == 0 ? INSTANCES : List.of(INSTANCES.get(Integer.parseInt(arguments[0])));
        for (Instance instance : chosen) {
            DeviceCatalogue catalogue = DeviceCatalogue.standard();
            ModelSpecs.At here = new ModelSpecs.At("benchmark");
            List<MeshAxis> axes = new ArrayList<>();
            for (int i = 0; i < instance.shape().size(); i++) {
                axes.add(new MeshAxis(
                        instance.shape().get(i), catalogue.link(instance.links().get(i), here)));
            }
            Mesh mesh = new Mesh(axes);
            Device device = catalogue.device(instance.device(), here);
            Target target = new Target(
                    new Collectives(mesh, device),
                    new CostModel(device, NumberFormat.BF16),
                    NumberFormat.BF16,
                    i -> Layout.replicated(mesh.rank()));
            JointProblem joint = JointProblem.of(
                    SampleModels.gpt(instance.dims()).precision("BF16").graph(), target);
            System.out.println(instance.name());
            new JointBenchmark(joint, device, mesh).run();
        }
    }

    private void run() {
        ProvedSolver solver = new ProvedSolver(joint.problem());
        long least = ((Outcome.Infeasible) solver.smallest(EFFORT).outcome()).smallestBudget();
        long most = solve(solver, UNLIMITED).orElseThrow().solution().peak();
        System.out.printf("%10s %10s %7s", "GiB", "joint ms", "gap");
        ways.keySet().forEach(w -> System.out.printf(" %9s", w));
        System.out.println();
        for (int i = 0; i < BUDGETS; i++) {
            long budget = least + (most - least) * (2 * i + 1) / (2 * BUDGETS);
            row(
                    String.format(Locale.ROOT, "%.2f", (double) (budget + device.fixedBytes()) / (1 << 30)),
                    solver,
                    budget);
        }
        row("any", solver, UNLIMITED);
    }

    private void row(String memory, ProvedSolver solver, long budget) {
        Outcome.Feasible best = solve(solver, budget).orElseThrow();
        double millis = joint.seconds(best.solution().time()) * 1e3;
        System.out.printf(Locale.ROOT, "%10s %10.2f %6.2f%%", memory, millis, 100 * best.gap());
        ways.values().forEach(w -> System.out.printf(" %9s", beside(best, time(w, budget))));
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

    private ProvedSolver narrowed(Map<Integer, BitSet> allowed) {
        return new ProvedSolver(Narrowing.of(joint.problem(), allowed));
    }

    private static Optional<Long> time(ProvedSolver solver, long budget) {
        return solve(solver, budget).map(f -> f.solution().time());
    }

    private static Optional<Outcome.Feasible> solve(ProvedSolver solver, long budget) {
        Outcome outcome = solver.solve(budget, EFFORT).outcome();
        return outcome instanceof Outcome.Feasible feasible ? Optional.of(feasible) : Optional.empty();
    }
}
