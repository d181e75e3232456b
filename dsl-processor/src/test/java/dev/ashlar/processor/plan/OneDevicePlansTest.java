package dev.ashlar.processor.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.device.DeviceCatalogue;
import dev.ashlar.processor.diagnostic.Diagnostics;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.program.MemoryProfile;
import dev.ashlar.processor.program.ProgramBuilder;
import dev.ashlar.processor.program.Timeline;
import dev.ashlar.processor.solve.Effort;
import dev.ashlar.processor.solve.Outcome;
import dev.ashlar.processor.solve.ProvedSolver;
import dev.ashlar.processor.solve.Solution;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What one device recomputes is chosen like what a mesh does, and that is never worse than a choice from menus of what may go together. */
class OneDevicePlansTest {
    private static final Effort EFFORT = Effort.of(1e-4);
    private static final double SOLVED = 1 + 2e-4;

    static Stream<Arguments> models() {
        return Stream.of(
                Arguments.of("mlp", SampleModels.mlp()),
                Arguments.of("cnn", SampleModels.cnn()),
                Arguments.of("residual", SampleModels.residual("batch=4 side=8 c=4 classes=3")),
                Arguments.of("several losses", SampleModels.severalLosses()),
                Arguments.of("gpt 1", SampleModels.gpt(1)),
                Arguments.of("gpt 6", SampleModels.gpt(6)),
                Arguments.of("gpt on an H100", SampleModels.gpt(4).device("h100-sxm")),
                Arguments.of("gpt in 2", SampleModels.gpt(4).microBatches(2)),
                Arguments.of("llama 3", SampleModels.llama(3)),
                Arguments.of("attending 3", SampleModels.attending(3)),
                Arguments.of("skipping 3", SampleModels.skipping(3)),
                Arguments.of("sum", SampleModels.collecting("SUM")),
                Arguments.of("nesting", SampleModels.nesting()),
                Arguments.of("nested", SampleModels.nested()),
                Arguments.of("shared and tied", SampleModels.sharedAndTied()),
                Arguments.of("flat 30", SampleModels.flat(30)),
                Arguments.of("flat 60", SampleModels.flat(60)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("models")
    void isNeverWorseThanMenus(String name, ModelSpecs model) {
        PlanTarget target = PlanTarget.read(model.spec(), DeviceCatalogue.standard(), new Diagnostics())
                .orElseThrow();
        PlanAssembly assembly = new PlanAssembly(model.graph(), target);
        FormProblems problems = new FormProblems(target, assembly, List.of(), true);
        Iterator<TrainingGraph> forms = StepForms.of(model.graph(), target, List.of(), n -> Optional.empty());
        while (forms.hasNext()) {
            TrainingGraph form = forms.next();
            OneDevicePlans joint = assertInstanceOf(OneDevicePlans.class, problems.plans(form));
            compare(joint, problems.byMenus().plans(form), assembly);
        }
    }

    /** Where every layer reads all before it what may be made again when is too much to go through. */
    @Test
    void menusDoWhereThereIsTooMuchToGoThrough() {
        assertInstanceOf(OneDevicePlans.class, plainPlans(SampleModels.dense(5)));
        assertInstanceOf(RecomputePlans.class, plainPlans(SampleModels.dense(7)));
        assertTrue(SampleModels.dense(7).plan().evidence().gap() <= 1e-3);
    }

    private static PlanProblem plainPlans(ModelSpecs model) {
        PlanTarget target = PlanTarget.read(model.spec(), DeviceCatalogue.standard(), new Diagnostics())
                .orElseThrow();
        TrainingGraph graph = model.graph();
        return new FormProblems(target, new PlanAssembly(graph, target), List.of(), true).plans(graph);
    }

    private static void compare(OneDevicePlans joint, PlanProblem menus, PlanAssembly assembly) {
        ProvedSolver jointly = new ProvedSolver(joint.problem());
        ProvedSolver byMenus = new ProvedSolver(menus.problem());
        long least = smallest(byMenus);
        long own = smallest(jointly);
        assertTrue(own <= least, () -> own + " instead of " + least);
        long most = menus.fastest().orElseThrow().peakBytes();
        for (int i = 0; i <= 4; i++) {
            long budget = least + (most - least) * i / 4;
            Solution found = solution(jointly, budget);
            Solution other = solution(byMenus, budget);
            double seconds = joint.seconds(found.time());
            double menusSeconds = menus.seconds(other.time());
            assertTrue(
                    seconds <= menusSeconds * SOLVED,
                    () -> seconds + " instead of " + menusSeconds + " within " + budget);
            check(joint, found, assembly);
        }
    }

    /** Memory and time are those of the plan, whatever is chosen. */
    private static void check(OneDevicePlans joint, Solution found, PlanAssembly assembly) {
        PlannedGraph planned = joint.apply(found.labels());
        MemoryProfile memory = Timeline.of(ProgramBuilder.build(planned.graph()));
        assertEquals(memory.peakBytes(), found.peak());
        assertEquals(assembly.time(planned.graph()).seconds(), joint.seconds(found.time()), 1e-10);
    }

    private static long smallest(ProvedSolver solver) {
        return ((Outcome.Infeasible) solver.smallest(EFFORT).outcome()).smallestBudget();
    }

    private static Solution solution(ProvedSolver solver, long budget) {
        return ((Outcome.Feasible) solver.solve(budget, EFFORT).outcome()).solution();
    }
}
