package dev.ashlar.processor.plan;

import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.ModelException;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What may be chosen for the operators of a model.
 *
 * @param strategies by full name of the operator
 * @param repeated by full name of the operator
 */
record Offers(Map<String, OperatorLabels> strategies, Map<String, RepeatedLabels> repeated) {
    static Offers of(PlanProblem plans) {
        return new Offers(
                plans.operators().stream().collect(Collectors.toMap(OperatorLabels::name, Function.identity())),
                plans.repeated().stream().collect(Collectors.toMap(RepeatedLabels::name, Function.identity())));
    }

    /** @throws ModelException if a pin asks for what nothing offers */
    void require(PinnedOperator pin) {
        OperatorLabels labels = strategies.get(pin.name());
        if (labels != null && labels.strategies().stream().noneMatch(pin::permits)) {
            throw new ModelException(
                    Code.BAD_PIN,
                    pin.source(),
                    "This version does not execute '" + pin.name()
                            + "' with these layouts. The nearest of those that it does:"
                            + PinReader.nearest(pin, labels.strategies()));
        }
        if (pin.recomputed().equals(Optional.of(true)) && !repeated.containsKey(pin.name())) {
            throw new ModelException(
                    Code.BAD_PIN,
                    pin.source(),
                    "Backward reads nothing that '" + pin.name()
                            + "' makes and that could be computed again. Remove this pin.");
        }
    }

    /** What a pin leaves of the labels of variables. */
    Map<Integer, BitSet> allowed(PinnedOperator pin) {
        Map<Integer, BitSet> allowed = new TreeMap<>();
        Optional.ofNullable(strategies.get(pin.name())).ifPresent(s -> {
            BitSet permitted = new BitSet();
            for (int l = 0; l < s.strategies().size(); l++) {
                permitted.set(l, pin.permits(s.strategies().get(l)));
            }
            allowed.put(s.variable(), permitted);
        });
        Optional.ofNullable(repeated.get(pin.name()))
                .filter(r -> pin.recomputed().isPresent())
                .ifPresent(r -> {
                    BitSet permitted = new BitSet();
                    for (int l = 0; l < r.again().size(); l++) {
                        permitted.set(
                                l, pin.recomputed().equals(Optional.of(r.again().get(l))));
                    }
                    allowed.put(r.variable(), permitted);
                });
        return allowed;
    }

    /** What pins leave together. */
    Map<Integer, BitSet> allowed(List<PinnedOperator> pins) {
        Map<Integer, BitSet> allowed = new TreeMap<>();
        for (PinnedOperator pin : pins) {
            allowed(pin)
                    .forEach((variable, permitted) -> allowed.merge(variable, permitted, (a, b) -> {
                        a.and(b);
                        return a;
                    }));
        }
        return allowed;
    }
}
