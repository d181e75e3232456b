package dev.ashlar.processor.joint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.cost.CostModel;
import dev.ashlar.processor.device.Device;
import dev.ashlar.processor.device.Link;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.device.MeshAxis;
import dev.ashlar.processor.device.NumberFormat;
import dev.ashlar.processor.shard.Collectives;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.solve.Certificate;
import dev.ashlar.processor.solve.Checker;
import dev.ashlar.processor.solve.Effort;
import dev.ashlar.processor.solve.Mutations;
import dev.ashlar.processor.solve.Oracle;
import dev.ashlar.processor.solve.Outcome;
import dev.ashlar.processor.solve.Problem;
import dev.ashlar.processor.solve.Proof;
import dev.ashlar.processor.solve.ProvedSolver;
import dev.ashlar.processor.solve.Solution;
import dev.ashlar.processor.solve.TooManyRows;
import dev.ashlar.processor.solve.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Plans of small random models are the best of all their plans, and certificates hold if they are accepted. The normal build takes every
 * {@value #PART}th model, {@code -Psweep} all of them.
 */
class JointOracleTest {
    private static final int MODELS = 40;
    private static final int PART = 8;
    private static final long MOST_TRIED = 50_000;
    private static final int DRAWS = 12;
    private static final List<Integer> SIZES = List.of(2, 4, 6, 8, 12);

    /** Sizes that few meshes can cut along several axes. */
    private static final List<Integer> FEW_PARTS = List.of(2, 3, 6);

    private static final long ANY = 1L << 50;
    private static final double TOLERANCE = 1e-4;

    /** Calls and latencies count most, or bytes and arithmetic. */
    private enum Machine {
        QUICK,
        SLOW;

        Link link() {
            return this == QUICK ? new Link("quick", 1e-5, 1e10) : new Link("slow", 1e-7, 2e8);
        }

        Device device() {
            double rate = this == QUICK ? 1e12 : 1e9;
            Map<NumberFormat, Double> rates = Map.of(NumberFormat.FP32, rate, NumberFormat.BF16, rate);
            return new Device("test", 1L << 34, 0, rates, this == QUICK ? 1e11 : 1e9, 4e-7, false, link());
        }
    }

    /**
     * A problem whose optima are known.
     *
     * @param smallest peak of all labellings
     * @param optima least times by budget, for three budgets and any memory
     */
    private record Judged(String name, Problem problem, Oracle oracle, long smallest, SortedMap<Long, Long> optima) {}

    static Stream<Arguments> cases() {
        int step = Integer.getInteger("ashlar.sweep", 0) > 0 ? 1 : PART;
        List<Arguments> cases = new ArrayList<>();
        List<List<Integer>> meshes =
                List.of(List.of(1), List.of(2), List.of(4), List.of(2, 2), List.of(2, 3), List.of(2, 2, 2));
        for (List<Integer> mesh : meshes) {
            for (int first = 0; first < MODELS; first += 8) {
                int to = first + 8;
                List<Integer> seeds = IntStream.range(first, to)
                        .filter(s -> (s + mesh.size()) % step == 0)
                        .boxed()
                        .toList();
                cases.add(Arguments.of(mesh, seeds));
            }
        }
        return cases.stream();
    }

    @ParameterizedTest(name = "on {0}, models {1}")
    @MethodSource("cases")
    void equalsTheOracle(List<Integer> mesh, List<Integer> seeds) {
        for (int seed : seeds) {
            check(judged(mesh, seed));
        }
    }

    /** A model with not too many plans: those with more, and those that are refused for what passes blocks, are drawn anew, smaller. */
    private static Judged judged(List<Integer> mesh, int seed) {
        SplittableRandom random = new SplittableRandom(1_000L * seed + 31 * mesh.hashCode());
        RandomModels.Form form = RandomModels.Form.values()[seed % RandomModels.Form.values().length];
        Repeats repeats = mesh.equals(List.of(1)) || seed / 5 % 2 == 0 ? Repeats.OPERATORS : Repeats.NOTHING;
        Machine machine = Machine.values()[seed / 10 % 2];
        String name = form + " " + seed + " on " + mesh + ", " + repeats + ", " + machine;
        int operators = 5 - mesh.size() + random.nextInt(2);
        for (int draw = 0; draw < DRAWS; draw++) {
            ModelSpecs model =
                    RandomModels.of(form, Math.max(1, operators - draw), draw < 2 ? SIZES : FEW_PARTS, random);
            Optional<Judged> judged = planned(name, model, target(mesh, machine, repeats));
            if (judged.isPresent()) {
                return judged.get();
            }
        }
        throw new AssertionError("no model has few enough plans: " + name);
    }

    /** Empty if nothing is to be chosen, if it is refused, or if there are too many labellings. */
    private static Optional<Judged> planned(String name, ModelSpecs model, Target target) {
        try {
            JointProblem joint = JointProblem.of(model.graph(), target);
            return joint.hasChoices() ? judged(name, joint.problem()) : Optional.empty();
        } catch (Unplannable | TooManyRows tooManyWays) {
            return Optional.empty();
        }
    }

    /** Empty if there are too many labellings. */
    private static Optional<Judged> judged(String name, Problem problem) {
        Oracle oracle = new Oracle(problem, MOST_TRIED);
        OptionalLong smallest = oracle.smallestPeak();
        if (smallest.isEmpty() || oracle.fastest(ANY).isEmpty()) {
            return Optional.empty();
        }
        long least = smallest.getAsLong();
        Outcome any = new ProvedSolver(problem).solve(ANY, Effort.EXACT).outcome();
        Solution fastest = assertInstanceOf(Outcome.Feasible.class, any, name).solution();
        long more = fastest.peak() - least;
        SortedMap<Long, Long> optima = new TreeMap<>();
        for (long budget : new long[] {least, least + more / 2, least + more * 19 / 20, ANY}) {
            OptionalLong optimum = oracle.fastest(budget);
            if (optimum.isEmpty()) {
                return Optional.empty();
            }
            optima.put(budget, optimum.getAsLong());
        }
        return Optional.of(new Judged(name, problem, oracle, least, optima));
    }

    private static Target target(List<Integer> sizes, Machine machine, Repeats repeats) {
        Mesh mesh = new Mesh(
                sizes.stream().map(n -> new MeshAxis(n, machine.link())).toList());
        return new Target(
                new Collectives(mesh, machine.device()),
                new CostModel(machine.device(), NumberFormat.FP32),
                NumberFormat.FP32,
                i -> Layout.replicated(mesh.rank()),
                repeats);
    }

    private static void check(Judged judged) {
        ProvedSolver solver = new ProvedSolver(judged.problem());
        Outcome.Infeasible lowest = smallest(judged, solver);
        judged.optima().forEach((budget, optimum) -> {
            Outcome.Feasible best = within(judged, solver, budget, optimum);
            mutated(judged, budget, best, lowest.solution());
        });
    }

    private static Outcome.Infeasible smallest(Judged judged, ProvedSolver solver) {
        ProvedSolver.Proved proved = solver.smallest(Effort.EXACT);
        assertInstanceOf(Verdict.Accepted.class, proved.verdict(), judged.name());
        Outcome.Infeasible lowest = assertInstanceOf(Outcome.Infeasible.class, proved.outcome(), judged.name());
        assertEquals(judged.smallest(), lowest.smallestBudget(), judged.name());
        assertEquals(judged.smallest(), lowest.solution().peak(), judged.name());
        assertTrue(judged.oracle().confirms(lowest.solution()), judged.name());
        assertTrue(lowest.certificate().budget() < judged.smallest(), judged.name());
        assertTrue(lowest.certificate().budget() + 1 >= (1 - TOLERANCE) * judged.smallest(), judged.name());
        Certificate more =
                new Certificate(judged.smallest(), false, lowest.certificate().proof());
        Outcome.Infeasible wrong = new Outcome.Infeasible(judged.smallest() + 1, lowest.solution(), more);
        assertRefused(Checker.check(judged.problem(), wrong), judged.name());
        return lowest;
    }

    private static Outcome.Feasible within(Judged judged, ProvedSolver solver, long budget, long optimum) {
        String name = judged.name() + " within " + budget;
        ProvedSolver.Proved proved = solver.solve(budget, Effort.EXACT);
        Verdict.Accepted accepted = assertInstanceOf(Verdict.Accepted.class, proved.verdict(), name);
        Outcome.Feasible best = assertInstanceOf(Outcome.Feasible.class, proved.outcome(), name);
        assertTrue(judged.oracle().confirms(best.solution()), name);
        assertTrue(best.solution().peak() <= budget, name);
        assertEquals(optimum, best.solution().time(), TOLERANCE * optimum, name);
        assertTrue(accepted.lowerBound() <= optimum, name);
        assertTrue(accepted.lowerBound() >= (1 - TOLERANCE) * optimum, name + " has a gap of " + accepted.gap());
        return best;
    }

    /** What is accepted of a changed outcome is true. */
    private static void mutated(Judged judged, long budget, Outcome.Feasible best, Solution slow) {
        Solution solution = best.solution();
        for (int v = 0; v < solution.labels().size(); v++) {
            List<Integer> labels = new ArrayList<>(solution.labels());
            labels.set(v, (labels.get(v) + 1) % judged.problem().labels(v));
            Solution other = new Solution(labels, solution.time(), solution.peak());
            Outcome.Feasible wrong = new Outcome.Feasible(other, best.certificate());
            boolean accepted = Checker.check(judged.problem(), budget, wrong) instanceof Verdict.Accepted;
            assertEquals(judged.oracle().confirms(other), accepted, judged.name());
        }
        long claim = solution.time() + 1;
        Map<String, Proof> proofs =
                Mutations.of(judged.problem(), best.certificate().proof(), claim);
        proofs.forEach((change, proof) -> {
            Outcome.Feasible wrong = new Outcome.Feasible(slow, new Certificate(budget, true, proof));
            Optional<Verdict.Accepted> accepted = Optional.of(Checker.check(judged.problem(), budget, wrong))
                    .filter(Verdict.Accepted.class::isInstance)
                    .map(Verdict.Accepted.class::cast);
            assertTrue(
                    accepted.map(a -> a.lowerBound() <= solution.time()).orElse(true),
                    () -> judged.name() + " within " + budget + ": " + change);
        });
    }

    private static void assertRefused(Verdict verdict, String name) {
        assertInstanceOf(Verdict.Rejected.class, verdict, name);
    }
}
