package dev.ashlar.processor.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.device.DeviceCatalogue;
import dev.ashlar.processor.diagnostic.Diagnostics;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.program.MemoryProfile;
import dev.ashlar.processor.program.ProgramBuilder;
import dev.ashlar.processor.program.ProgramText;
import dev.ashlar.processor.program.Timeline;
import dev.ashlar.processor.solve.Account;
import dev.ashlar.processor.solve.Effort;
import dev.ashlar.processor.solve.Narrowing;
import dev.ashlar.processor.solve.Outcome;
import dev.ashlar.processor.solve.Problem;
import dev.ashlar.processor.solve.ProvedSolver;
import dev.ashlar.processor.solve.Solution;
import dev.ashlar.processor.solve.Solver;
import java.util.BitSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Plans with segments of repetitions that run again have the memory and time of their program, whatever is chosen. */
class SegmentedPlansTest {
    private static final Effort EFFORT = Effort.of(1e-4);
    private static final int DRAWS = 6;
    private static final int DRAWN = 12;

    static Stream<Arguments> models() {
        return Stream.of(
                Arguments.of("gpt 4", SampleModels.gpt(4)),
                Arguments.of("gpt 9", SampleModels.gpt(9)),
                Arguments.of("gpt 16", SampleModels.gpt(16)),
                Arguments.of("gpt on an H100", SampleModels.gpt(5).device("h100-sxm")),
                Arguments.of("gpt mixed", SampleModels.gpt(6).precision("BF16_MIXED")),
                Arguments.of("llama 5", SampleModels.llama(5)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("models")
    void equalTheirProgram(String name, ModelSpecs model) {
        PlanTarget target = target(model);
        PlanAssembly assembly = new PlanAssembly(model.graph(), target);
        FormProblems problems = new FormProblems(target, assembly, List.of(), true);
        Iterator<TrainingGraph> forms = StepForms.of(model.graph(), target, List.of(), n -> Optional.empty());
        while (forms.hasNext()) {
            OneDevicePlans plans = (OneDevicePlans) problems.plans(forms.next());
            List<PlanProblem> offered = SegmentedPlans.of(plans, assembly);
            assertFalse(offered.isEmpty());
            offered.forEach(segmented -> check(segmented, assembly));
        }
    }

    private static void check(PlanProblem segmented, PlanAssembly assembly) {
        PlanProblem.Fastest keepsAll = segmented.fastest().orElseThrow();
        assertEquals(keepsAll.peakBytes(), check(segmented, keepsAll.labels(), assembly));
        for (int seed = 0; seed < DRAWS; seed++) {
            check(segmented, drawn(segmented.problem(), new Random(seed)), assembly);
        }
        ProvedSolver solver = new ProvedSolver(segmented.problem());
        long least = smallest(solver);
        for (int i = 0; i <= 2; i++) {
            Solution found = solution(solver, least + (keepsAll.peakBytes() - least) * i / 2);
            check(segmented, found.labels(), assembly);
        }
    }

    /** What a plan needs at least is what the best of both needs: few repetitions at a time, and no segments where they save nothing. */
    @Test
    void areChosenWhereTheyNeedLess() {
        ModelSpecs model = SampleModels.gpt(16);
        PlanTarget target = target(model);
        PlanAssembly assembly = new PlanAssembly(model.graph(), target);
        FormProblems problems = new FormProblems(target, assembly, List.of(), true);
        long apart = Long.MAX_VALUE;
        long together = Long.MAX_VALUE;
        Iterator<TrainingGraph> forms = StepForms.of(model.graph(), target, List.of(), n -> Optional.empty());
        while (forms.hasNext()) {
            PlanProblem plans = problems.plans(forms.next());
            apart = Math.min(apart, smallest(new ProvedSolver(plans.problem())));
            for (PlanProblem segmented : problems.segmented(plans)) {
                together = Math.min(together, smallest(new ProvedSolver(segmented.problem())));
            }
        }
        assertTrue(together < apart, together + " and " + apart);
        long smallest = model.plan().evidence().smallestFeasibleBytes();
        assertEquals(together + target.libraryBytes() + target.fixedBytes(), smallest);
        Plan plan = Planner.plan(
                model.graph(),
                new PlanTarget(target.device(), target.mesh(), smallest, target.format(), target.masters()),
                List.of());
        assertEquals(smallest, plan.deviceBytes());
        assertTrue(ProgramText.of(plan.program()).contains(" again "), "no segment runs again");
    }

    /** Fewer than four repetitions, or something that every repetition reads, or that goes around them. */
    @Test
    void areNotOfferedElsewhere() {
        for (ModelSpecs model : List.of(
                SampleModels.gpt(3),
                SampleModels.attending(5),
                SampleModels.skipping(5),
                SampleModels.nesting(),
                SampleModels.cnn())) {
            PlanTarget target = target(model);
            FormProblems problems = new FormProblems(target, new PlanAssembly(model.graph(), target), List.of(), true);
            PlanProblem plans = problems.plans(model.graph());
            assertEquals(List.of(), SegmentedPlans.of((OneDevicePlans) plans, new PlanAssembly(model.graph(), target)));
        }
    }

    private static PlanTarget target(ModelSpecs model) {
        return PlanTarget.read(model.spec(), DeviceCatalogue.standard(), new Diagnostics())
                .orElseThrow();
    }

    /** A labelling in which some variables have labels at random, as far as they go together. */
    private static List<Integer> drawn(Problem problem, Random random) {
        Map<Integer, BitSet> allowed = new LinkedHashMap<>();
        Outcome.Feasible found = feasible(problem, allowed).orElseThrow();
        for (int i = 0; i < DRAWN; i++) {
            int variable = random.nextInt(problem.variables());
            BitSet one = new BitSet();
            one.set(random.nextInt(problem.labels(variable)));
            BitSet before = allowed.put(variable, one);
            Optional<Outcome.Feasible> next = feasible(problem, allowed);
            found = next.orElse(found);
            if (next.isEmpty() && before == null) {
                allowed.remove(variable);
            } else if (next.isEmpty()) {
                allowed.put(variable, before);
            }
        }
        return found.solution().labels();
    }

    private static Optional<Outcome.Feasible> feasible(Problem problem, Map<Integer, BitSet> allowed) {
        Outcome outcome = Solver.solve(Narrowing.of(problem, allowed), PlanProblem.UNLIMITED_BYTES, Effort.of(1));
        return outcome instanceof Outcome.Feasible feasible ? Optional.of(feasible) : Optional.empty();
    }

    /** Memory and time are those of the plan, whatever is chosen; its peak. */
    private static long check(PlanProblem plans, List<Integer> labels, PlanAssembly assembly) {
        Account account = Account.of(plans.problem(), labels);
        assertTrue(account.allowed());
        PlannedGraph planned = plans.apply(labels);
        MemoryProfile memory = Timeline.of(ProgramBuilder.build(planned.graph()));
        assertEquals(memory.peakBytes(), account.peak());
        assertEquals(assembly.time(planned.graph()).seconds(), plans.seconds(account.time()), 1e-10);
        return account.peak();
    }

    private static long smallest(ProvedSolver solver) {
        return ((Outcome.Infeasible) solver.smallest(EFFORT).outcome()).smallestBudget();
    }

    private static Solution solution(ProvedSolver solver, long budget) {
        return ((Outcome.Feasible) solver.solve(budget, EFFORT).outcome()).solution();
    }
}
