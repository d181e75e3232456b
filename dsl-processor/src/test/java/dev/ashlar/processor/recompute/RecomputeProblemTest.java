package dev.ashlar.processor.recompute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.cost.CostModel;
import dev.ashlar.processor.device.DeviceCatalogue;
import dev.ashlar.processor.device.NumberFormat;
import dev.ashlar.processor.graph.Recompute;
import dev.ashlar.processor.graph.RecomputedGraph;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.program.MemoryProfile;
import dev.ashlar.processor.program.ProgramBuilder;
import dev.ashlar.processor.program.Timeline;
import dev.ashlar.processor.solve.Checker;
import dev.ashlar.processor.solve.Effort;
import dev.ashlar.processor.solve.Outcome;
import dev.ashlar.processor.solve.Problem;
import dev.ashlar.processor.solve.Solver;
import dev.ashlar.processor.solve.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory and time of a labelling, as the problem adds them up, against the program that drops what it says. */
class RecomputeProblemTest {
    static final CostModel COSTS =
            new CostModel(DeviceCatalogue.standard().device("cpu", new ModelSpecs.At("test")), NumberFormat.FP32);

    static Stream<Arguments> models() {
        return Stream.of(
                Arguments.of("mlp", SampleModels.mlp()),
                Arguments.of("cnn", SampleModels.cnn()),
                Arguments.of("several losses", SampleModels.severalLosses()),
                Arguments.of("gpt", SampleModels.gpt(4)),
                Arguments.of("one layer", SampleModels.gpt(1)),
                Arguments.of("bf16", SampleModels.gpt(3).precision("BF16_MIXED")),
                Arguments.of("lion", SampleModels.gpt(5).optimizer("LION")),
                Arguments.of("shared and tied", SampleModels.sharedAndTied()),
                Arguments.of("sum", SampleModels.collecting("SUM")),
                Arguments.of("stack", SampleModels.collecting("STACK")),
                Arguments.of("last", SampleModels.collecting("LAST")),
                Arguments.of("flat", SampleModels.flat(60)),
                Arguments.of("frozen", SampleModels.gpt(4).trainable("body.2.**", "logits.**")),
                Arguments.of("nested", SampleModels.nested()));
    }

    static RecomputeProblem problem(TrainingGraph graph) {
        MemoryProfile memory = Timeline.of(ProgramBuilder.build(graph));
        return RecomputeProblem.of(graph, memory, COSTS, COSTS.of(graph.train()).seconds());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("models")
    void addsUpToTheTimeline(String name, ModelSpecs model) {
        TrainingGraph graph = model.graph();
        RecomputeProblem problem = problem(graph);
        Random random = new Random(7);
        for (int i = 0; i < 60; i++) {
            List<Integer> labels = i == 0 ? problem.keepAll() : labels(problem.problem(), random, i);
            assertAgrees(problem, labels);
        }
    }

    private static List<Integer> labels(Problem problem, Random random, int round) {
        List<Integer> labels = new ArrayList<>();
        for (int v = 0; v < problem.variables(); v++) {
            boolean last = round == 1 || random.nextInt(3) == 0;
            labels.add(last ? problem.labels(v) - 1 : random.nextInt(problem.labels(v)));
        }
        return labels;
    }

    private static void assertAgrees(RecomputeProblem problem, List<Integer> labels) {
        TrainingGraph changed = problem.apply(labels);
        MemoryProfile memory = Timeline.of(ProgramBuilder.build(changed));
        Reading reading = problem.read(memory, COSTS.of(changed.train()));
        RecomputeProblem.Sums sums = problem.sums(labels);
        for (int p = 0; p < sums.forward().size(); p++) {
            assertEquals(reading.forward(p), sums.forward().get(p), "forward of piece " + p);
            assertEquals(reading.backward(p), sums.backward().get(p), "backward of piece " + p);
        }
        assertEquals(memory.peakBytes(), sums.peak());
        assertEquals(COSTS.of(changed.train()).seconds(), problem.seconds(sums.time()), 1e-12);
    }

    /** All that the menus allow, one after the other. */
    @ParameterizedTest
    @ValueSource(strings = {"losses", "gpt", "gelu"})
    void optimumOfAllLabellings(String name) {
        TrainingGraph graph = switch (name) {
            case "losses" -> SampleModels.severalLosses().graph();
            case "gpt" -> SampleModels.gpt(2).graph();
            default -> GELUS.graph();
        };
        RecomputeProblem problem = problem(graph);
        List<RecomputeProblem.Sums> all = new ArrayList<>();
        int[] labels = new int[problem.problem().variables()];
        do {
            all.add(problem.sums(Arrays.stream(labels).boxed().toList()));
        } while (next(labels, problem.problem()));
        assertTrue(all.size() > 1);
        long least = all.stream().mapToLong(RecomputeProblem.Sums::peak).min().orElseThrow();
        long most = problem.sums(problem.keepAll()).peak();
        Outcome.Infeasible none = (Outcome.Infeasible) Solver.solve(problem.problem(), 0, Effort.EXACT);
        assertEquals(least, none.smallestBudget());
        for (int i = 0; i <= 10; i++) {
            long budget = least + (most - least) * i / 10;
            Outcome.Feasible found = (Outcome.Feasible) Solver.solve(problem.problem(), budget, Effort.EXACT);
            assertInstanceOf(Verdict.Accepted.class, Checker.check(problem.problem(), budget, found));
            long fastest = all.stream()
                    .filter(s -> s.peak() <= budget)
                    .mapToLong(RecomputeProblem.Sums::time)
                    .min()
                    .orElseThrow();
            assertEquals(fastest, found.solution().time());
        }
    }

    private static final ModelSpecs GELUS = ModelSpecs.model("Gelus", "batch=4 d=64", """
            @Input(shape = "batch d") x()
            @Input(shape = "batch d") targets()
            @Linear(out = "d") a(x)
            @Gelu b(a)
            @Linear(out = "d") c(b)
            @Gelu e(c)
            @LayerNorm f(e)
            @Silu g(f)
            @Loss @MeanSquaredError loss(x=g, targets)
            """);

    /** A scope without blocks lets every tensor go on its own: the menus leave out nothing that would be better. */
    @Test
    void noChoiceIsLeftOut() {
        TrainingGraph graph = GELUS.graph();
        RecomputeProblem problem = problem(graph);
        List<Value> candidates = List.copyOf(Recompute.candidates(graph.train()));
        for (int mask = 0; mask < 1 << candidates.size(); mask++) {
            Set<Value> dropped = new LinkedHashSet<>();
            for (int i = 0; i < candidates.size(); i++) {
                if ((mask >> i & 1) != 0) {
                    dropped.add(candidates.get(i));
                }
            }
            TrainingGraph changed = RecomputedGraph.of(graph, (path, variant) -> dropped);
            long peak = Timeline.of(ProgramBuilder.build(changed)).peakBytes();
            double seconds = COSTS.of(changed.train()).seconds();
            Outcome outcome = Solver.solve(problem.problem(), peak, Effort.EXACT);
            Outcome.Feasible found = assertInstanceOf(Outcome.Feasible.class, outcome);
            assertTrue(problem.seconds(found.solution().time()) <= seconds + 1e-12, dropped::toString);
        }
    }

    private static boolean next(int[] labels, Problem problem) {
        for (int v = 0; v < labels.length; v++) {
            if (++labels[v] < problem.labels(v)) {
                return true;
            }
            labels[v] = 0;
        }
        return false;
    }
}
