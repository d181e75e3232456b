package dev.ashlar.processor.plan;

import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.ModelException;
import dev.ashlar.processor.diagnostic.Source;
import dev.ashlar.processor.solve.Effort;
import dev.ashlar.processor.solve.Narrowing;
import dev.ashlar.processor.solve.Outcome;
import dev.ashlar.processor.solve.Problem;
import dev.ashlar.processor.solve.Solver;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Those plans that obey some pins. */
record PinnedPlans(PlanProblem plans, List<PinnedOperator> pins, Problem problem) implements PlanProblem {
    /** Copies the list. */
    PinnedPlans {
        pins = List.copyOf(pins);
    }

    private PinnedPlans(PlanProblem plans, List<PinnedOperator> pins, Offers offers) {
        this(plans, pins, Narrowing.of(plans.problem(), offers.allowed(pins)));
    }

    /**
     * The plans that obey all pins.
     *
     * @throws ModelException if there are none; the message says which pins do not go together
     */
    static PlanProblem of(PlanProblem plans, List<PinnedOperator> pins) {
        Offers offers = Offers.of(plans);
        List<PinnedOperator> binding = new ArrayList<>();
        for (PinnedOperator pin : pins) {
            offers.require(pin);
            if (!offers.allowed(pin).isEmpty()) {
                binding.add(pin);
            }
        }
        if (binding.isEmpty()) {
            return plans;
        }
        PinnedPlans pinned = new PinnedPlans(plans, binding, offers);
        if (!pinned.isPossible()) {
            throw conflict(plans, binding, offers);
        }
        return pinned;
    }

    private boolean isPossible() {
        return !(Solver.solve(problem, UNLIMITED_BYTES, Effort.of(1)) instanceof Outcome.Contradiction);
    }

    /** Pins are added one after the other; the first that leaves no plan is the one that is told. */
    private static ModelException conflict(PlanProblem plans, List<PinnedOperator> pins, Offers offers) {
        Set<String> before = new LinkedHashSet<>();
        List<PinnedOperator> tried = new ArrayList<>();
        for (List<PinnedOperator> own : bySource(pins)) {
            tried.addAll(own);
            String name = "'" + OperatorPattern.starred(own.get(0).name()) + "'";
            if (!new PinnedPlans(plans, tried, offers).isPossible()) {
                return new ModelException(
                        Code.BAD_PIN,
                        own.get(0).source(),
                        before.isEmpty()
                                ? "No plan obeys this pin of " + name + ". Remove it, or pin less."
                                : "No plan obeys this pin of " + name + " together with those of "
                                        + String.join(", ", before) + ". Remove one of them, or pin less.");
            }
            before.add(name);
        }
        throw new IllegalStateException("all pins together leave plans");
    }

    private static Collection<List<PinnedOperator>> bySource(List<PinnedOperator> pins) {
        Map<Source, List<PinnedOperator>> bySource = new LinkedHashMap<>();
        pins.forEach(p ->
                bySource.computeIfAbsent(p.source(), s -> new ArrayList<>()).add(p));
        return bySource.values();
    }

    @Override
    public boolean hasChoices() {
        return plans.hasChoices();
    }

    @Override
    public PlannedGraph apply(List<Integer> labels) {
        return plans.apply(labels);
    }

    @Override
    public long evaluationBytes(List<Integer> labels) {
        return plans.evaluationBytes(labels);
    }

    @Override
    public Optional<PlanProblem> closer() {
        return plans.closer().map(p -> of(p, pins));
    }

    @Override
    public double seconds(long time) {
        return plans.seconds(time);
    }

    /** The fastest of all may not obey. */
    @Override
    public Optional<Fastest> fastest() {
        return Optional.empty();
    }

    @Override
    public List<OperatorLabels> operators() {
        return plans.operators();
    }

    @Override
    public List<RepeatedLabels> repeated() {
        return plans.repeated();
    }
}
