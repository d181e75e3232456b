package dev.ashlar.processor.plan;

import dev.ashlar.processor.shard.Strategy;
import dev.ashlar.processor.solve.Effort;
import dev.ashlar.processor.solve.Surroundings;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the best other strategy of every operator would cost, if only its own block may change with it. Of repetitions that chose alike the
 * first is asked, and speaks for all.
 */
final class Alternatives {
    /** Operators that are asked. */
    private static final int MOST = 64;

    private static final Effort EFFORT = new Effort(1e-3, 2_000, 2_000, 0);

    private final PlanProblem plans;
    private final List<Integer> labels;
    private final Surroundings surroundings;
    private final long budgetBytes;

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
        return new Alternatives(plans, labels, budgetBytes).all();
    }

    /** Each is asked by itself, so that it does not matter in which order that is done. */
    private Map<String, Alternative> all() {
        Map<Like, OperatorLabels> asked = new LinkedHashMap<>();
        for (OperatorLabels operator : plans.operators()) {
            if (asked.size() < MOST) {
                asked.putIfAbsent(like(operator), operator);
            }
        }
        Map<Like, Optional<Alternative>> answers =
                asked.entrySet().parallelStream().collect(Collectors.toMap(Map.Entry::getKey, e -> ask(e.getValue())));
        Map<String, Alternative> all = new LinkedHashMap<>();
        for (OperatorLabels operator : plans.operators()) {
            Optional.ofNullable(answers.get(like(operator)))
                    .flatMap(a -> a)
                    .ifPresent(a -> all.put(operator.name(), a));
        }
        return all;
    }

    private Like like(OperatorLabels operator) {
        return new Like(OperatorPattern.starred(operator.name()), chosen(operator));
    }

    private Strategy chosen(OperatorLabels operator) {
        return operator.strategies().get(labels.get(operator.variable()));
    }

    private Optional<Alternative> ask(OperatorLabels operator) {
        Strategy chosen = chosen(operator);
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
