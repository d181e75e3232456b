package dev.ashlar.processor.plan;

import dev.ashlar.processor.shard.Strategy;
import dev.ashlar.processor.solve.Effort;
import dev.ashlar.processor.solve.Surroundings;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the best other strategy of every operator would cost, if only its own block may change with it. Of repetitions that chose alike the
 * first is asked, and speaks for all.
 */
final class Alternatives {
    /** Operators that are asked. */
    private static final int MOST = 64;

    private static final Effort EFFORT = new Effort(1e-3, 20_000, 20_000, 0);

    private final PlanProblem plans;
    private final List<Integer> labels;
    private final Surroundings surroundings;
    private final long budgetBytes;
    private final Map<Like, Optional<Alternative>> asked = new HashMap<>();

    private record Like(String starred, Strategy strategy) {}

    private Alternatives(PlanProblem plans, List<Integer> labels, long budgetBytes) {
        this.plans = plans;
        this.labels = labels;
        surroundings = new Surroundings(plans.problem(), labels);
        this.budgetBytes = budgetBytes;
    }

    /**
     * The alternatives by full name of the operator.
     *
     * @param labels what was chosen
     * @param budgetBytes of the plan's tensors
     */
    static Map<String, Alternative> of(PlanProblem plans, List<Integer> labels, long budgetBytes) {
        Alternatives alternatives = new Alternatives(plans, labels, budgetBytes);
        Map<String, Alternative> all = new LinkedHashMap<>();
        for (OperatorLabels operator : plans.operators()) {
            alternatives.of(operator).ifPresent(a -> all.put(operator.name(), a));
        }
        return all;
    }

    private Optional<Alternative> of(OperatorLabels operator) {
        Strategy chosen = operator.strategies().get(labels.get(operator.variable()));
        Like like = new Like(OperatorPattern.starred(operator.name()), chosen);
        Optional<Alternative> known = asked.get(like);
        if (known == null) {
            known = asked.size() < MOST ? ask(operator, chosen) : Optional.empty();
            asked.put(like, known);
        }
        return known;
    }

    private Optional<Alternative> ask(OperatorLabels operator, Strategy chosen) {
        BitSet others = new BitSet();
        for (int l = 0; l < operator.strategies().size(); l++) {
            others.set(l, !operator.strategies().get(l).equals(chosen));
        }
        return others.isEmpty()
                ? Optional.empty()
                : surroundings
                        .best(operator.variable(), others, budgetBytes, EFFORT)
                        .map(c -> new Alternative(
                                operator.strategies().get(c.label()).toString(),
                                Math.signum(c.extraTime()) * plans.seconds(Math.abs(c.extraTime())),
                                c.extraMemory(),
                                c.within()));
    }
}
