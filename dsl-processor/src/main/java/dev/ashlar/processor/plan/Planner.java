package dev.ashlar.processor.plan;

import dev.ashlar.processor.device.DeviceCatalogue;
import dev.ashlar.processor.diagnostic.Diagnostics;
import dev.ashlar.processor.diagnostic.ModelException;
import dev.ashlar.processor.graph.PointwiseFusion;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.program.MemoryPoint;
import dev.ashlar.processor.program.Program;
import dev.ashlar.processor.program.ProgramBuilder;
import dev.ashlar.processor.solve.TooManyRows;
import dev.ashlar.processor.spec.PlanSpec;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Plans a model: how devices share it, and what backward keeps or computes again, so that a step is fastest within the memory. */
public final class Planner {
    private final DeviceCatalogue catalogue;
    private final Diagnostics diagnostics;
    private final boolean fuses;

    /** Reports what is wrong to {@code diagnostics}. */
    public Planner(DeviceCatalogue catalogue, Diagnostics diagnostics) {
        this(catalogue, diagnostics, true);
    }

    /**
     * Reports what is wrong to {@code diagnostics}.
     *
     * @param fuses whether functions of single elements become one kernel where the device has such
     */
    public Planner(DeviceCatalogue catalogue, Diagnostics diagnostics, boolean fuses) {
        this.catalogue = catalogue;
        this.diagnostics = diagnostics;
        this.fuses = fuses;
    }

    /** The plan; empty if the target is wrong or the memory does not do, which is reported. */
    public Optional<Plan> plan(TrainingGraph graph) {
        return plan(graph, number -> Optional.empty());
    }

    /**
     * The plan; empty if the target is wrong or the memory does not do, which is reported.
     *
     * @param inMicroBatches the graph of one of so many micro-batches, if the batch can be split like this
     */
    public Optional<Plan> plan(TrainingGraph graph, IntFunction<Optional<TrainingGraph>> inMicroBatches) {
        PlanSpec spec = graph.graph().spec();
        Optional<PlanTarget> target = PlanTarget.read(spec, catalogue, diagnostics);
        if (target.isEmpty()) {
            return Optional.empty();
        }
        PinReader reader = new PinReader(
                PinPlaces.operators(graph.graph().root()), target.get().mesh(), diagnostics);
        List<PinnedOperator> pins = reader.read(PinPlaces.of(spec, graph.graph().root()));
        if (diagnostics.hasErrors()) {
            return Optional.empty();
        }
        try {
            Plan plan = plan(graph, target.get(), pins, inMicroBatches, fuses);
            if (plan.deviceBytes() <= target.get().budgetBytes()) {
                return Optional.of(plan);
            }
            List<String> hints = new ArrayList<>(hints(graph, target.get(), pins, inMicroBatches, fuses));
            microBatches(graph, target.get(), pins, inMicroBatches).ifPresent(hints::add);
            Infeasible.report(plan, hints, diagnostics);
        } catch (ModelException refuted) {
            diagnostics.error(refuted);
        }
        return Optional.empty();
    }

    /** The fastest plan within the memory; the smallest there is if none is. */
    static Plan plan(TrainingGraph graph, PlanTarget target, List<PinnedOperator> pins) {
        return plan(graph, target, pins, number -> Optional.empty(), true);
    }

    private static Plan plan(
            TrainingGraph model,
            PlanTarget target,
            List<PinnedOperator> pins,
            IntFunction<Optional<TrainingGraph>> inMicroBatches,
            boolean fuses) {
        PlanAssembly assembly = new PlanAssembly(model, target);
        UnaryOperator<TrainingGraph> fusion = fuses && !target.device().cpu() ? fusion(pins) : UnaryOperator.identity();
        TrainingGraph graph = fusion.apply(model);
        Program whole = ProgramBuilder.build(graph);
        if (whole.backward().isEmpty() && target.mesh().devices() > 1) {
            throw FormProblems.notOnMeshes(graph, "it is not trained");
        }
        if (whole.backward().isEmpty()) {
            return assembly.only(PlannedGraph.serial(graph, graph, target.mesh()));
        }
        Supplier<Iterator<TrainingGraph>> forms = () -> StepForms.of(
                graph, target, pins, number -> inMicroBatches.apply(number).map(fusion));
        FormProblems problems = new FormProblems(target, assembly, pins, true);
        Chosen chosen;
        try {
            chosen = chosen(forms.get(), target, assembly, problems);
        } catch (TooManyRows | ProofTooLarge tooLarge) {
            if (target.mesh().devices() > 1) {
                throw FormProblems.notOnMeshes(
                        graph,
                        tooLarge instanceof ProofTooLarge
                                ? "what is to be proved about its plans is too much to be checked; a mesh of one axis has less"
                                : "what surrounds one of its blocks can lie in too many ways; a mesh of one axis has fewer");
            }
            chosen = chosen(forms.get(), target, assembly, problems.byMenus());
        }
        long peakBytes = stepPeakBytes(chosen.plan()) - target.libraryBytes();
        if (peakBytes != chosen.peakBytes()) {
            throw new IllegalStateException(
                    "the plan needs " + peakBytes + " bytes but was chosen for " + chosen.peakBytes());
        }
        return chosen.plan();
    }

    /**
     * A plan.
     *
     * @param peakBytes that it was chosen for
     */
    private record Chosen(Plan plan, long peakBytes) {}

    private static Chosen chosen(
            Iterator<TrainingGraph> forms, PlanTarget target, PlanAssembly assembly, FormProblems ofForms) {
        long besideBytes = target.fixedBytes() + target.libraryBytes();
        PlanProblem first = ofForms.plans(forms.next());
        List<ForkJoinTask<List<PlanProblem>>> later = later(first, forms, ofForms);
        Chooser chooser = new Chooser(List.of(first), target.budgetBytes(), besideBytes);
        for (ForkJoinTask<List<PlanProblem>> next : later) {
            for (PlanProblem other : next.join()) {
                chooser = chooser.with(other).orElse(chooser);
            }
        }
        Chooser.Choice choice = chooser.choose();
        PlanProblem plans = choice.plans();
        long budgetBytes = Math.max(choice.peakBytes(), target.budgetBytes() - besideBytes);
        ForkJoinTask<Map<String, Alternative>> alternatives =
                ForkJoinPool.commonPool().submit(() -> Alternatives.of(plans, choice.labels(), budgetBytes));
        Evidence evidence = choice.evidence().get();
        Plan plan = assembly.plan(plans.apply(choice.labels()), alternatives.join(), evidence);
        return new Chosen(plan, choice.peakBytes());
    }

    /** Operators that pins speak of stay apart. */
    private static UnaryOperator<TrainingGraph> fusion(List<PinnedOperator> pins) {
        Set<String> pinned = pins.stream().map(PinnedOperator::name).collect(Collectors.toSet());
        return graph -> {
            TrainingGraph fused = PointwiseFusion.of(graph, pinned::contains);
            return fused.with(fused.form().onAccelerator());
        };
    }

    /** The most memory of a plan; of a training step where evaluation needs less. */
    private static long stepPeakBytes(Plan plan) {
        boolean outside = plan.program().graph().form().lossChunks() > 1;
        return plan.target().mesh().devices() == 1 || outside
                ? plan.memory().peakBytes()
                : plan.memory().points().stream()
                        .filter(p -> !p.phase().equals("losses") && !p.phase().equals("outputs"))
                        .mapToLong(MemoryPoint::bytes)
                        .max()
                        .orElse(0);
    }

    /** The fewest micro-batches that would do, if a few are enough. */
    private static Optional<String> microBatches(
            TrainingGraph graph,
            PlanTarget target,
            List<PinnedOperator> pins,
            IntFunction<Optional<TrainingGraph>> inMicroBatches) {
        boolean open =
                !StepForms.choosesMicroBatches(graph, target) && graph.form().microBatches() == 1;
        for (int number = 2; open && number <= StepForms.MOST_MICRO_BATCHES; number *= 2) {
            Optional<TrainingGraph> part = inMicroBatches.apply(number);
            if (part.isPresent() && plan(part.get(), target, pins).deviceBytes() <= target.budgetBytes()) {
                return Optional.of("With microBatches = " + number + " there is a plan that fits.");
            }
        }
        return Optional.empty();
    }

    /** What the pins cost. */
    private static List<String> hints(
            TrainingGraph graph,
            PlanTarget target,
            List<PinnedOperator> pins,
            IntFunction<Optional<TrainingGraph>> inMicroBatches,
            boolean fuses) {
        if (pins.isEmpty()) {
            return List.of();
        }
        long least =
                plan(graph, target, List.of(), inMicroBatches, fuses).evidence().smallestFeasibleBytes();
        return List.of("Without the pins " + least + " bytes would do.");
    }

    /** The plans of further forms, put together one after the other beside what the caller does with those before: they share what was found. */
    private static List<ForkJoinTask<List<PlanProblem>>> later(
            PlanProblem first, Iterator<TrainingGraph> forms, FormProblems problems) {
        List<ForkJoinTask<List<PlanProblem>>> later = new ArrayList<>();
        later.add(ForkJoinPool.commonPool().submit(() -> problems.segmented(first)));
        while (forms.hasNext()) {
            TrainingGraph form = forms.next();
            ForkJoinTask<?> before = later.get(later.size() - 1);
            later.add(ForkJoinPool.commonPool().submit(() -> {
                before.quietlyJoin();
                return problems.others(form).stream()
                        .flatMap(p -> Stream.concat(Stream.of(p), problems.segmented(p).stream()))
                        .toList();
            }));
        }
        return later;
    }
}
