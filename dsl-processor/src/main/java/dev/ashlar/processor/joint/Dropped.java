package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.LoweredOperator;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.graph.Variant;
import dev.ashlar.processor.program.Liveness;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Finds in a graph that was laid out what backward makes again. */
final class Dropped {
    private final Set<String> operators = new HashSet<>();
    /** Whether they are made again, of those that are made, in order of forward, by name: two may have the same. */
    private final Map<String, Deque<Boolean>> copies = new HashMap<>();

    /** Notes what becomes of the next unit of the scope. */
    void add(Unit unit, Fate fate) {
        if (unit.copy().isPresent() && fate.mode() != Fate.Mode.PASSED) {
            copies.computeIfAbsent(unit.toString(), n -> new ArrayDeque<>()).add(fate.isAgain());
        }
        unit.node().map(OperatorNode::name).filter(n -> fate.isAgain()).ifPresent(operators::add);
    }

    /** The tensors of the scope that are made again; views of them too. */
    Set<Value> of(Variant variant) {
        Set<Value> dropped = new LinkedHashSet<>();
        Set<Value> moved = new HashSet<>();
        Set<String> gathers = gathers(variant);
        boolean again = false;
        for (Step step : variant.forward()) {
            if (step instanceof Step.Kernel kernel) {
                boolean makes = operators.contains(kernel.node().name());
                Liveness.makes(step).stream()
                        .filter(v -> makes || dropped.contains(v.storage()))
                        .forEach(dropped::add);
            } else if (step instanceof Step.Collective gather && gathers.contains(gather.at())) {
                dropped.add(gather.result());
            } else if (step instanceof Step.Collective collective && collective.source() instanceof Value source) {
                if (!moved.contains(source)) {
                    Deque<Boolean> next = copies.getOrDefault(collective.at(), new ArrayDeque<>());
                    again = !next.isEmpty() && next.remove();
                }
                moved.add(collective.result());
                if (again) {
                    dropped.add(collective.result());
                }
            }
        }
        return dropped;
    }

    /** What operators that are made again read of parameters is gathered again as well, if it is not kept. */
    private Set<String> gathers(Variant variant) {
        Set<String> gathers = new HashSet<>();
        for (Step step : variant.forward()) {
            if (step instanceof Step.Kernel kernel
                    && operators.contains(kernel.node().name())) {
                OperatorNode node = kernel.node();
                for (int i = 0; i < node.parameters().size(); i++) {
                    int index = i;
                    boolean kept = node.part()
                            .map(p -> p.parameters().get(index).keepGathered())
                            .orElse(false);
                    if (!kept) {
                        gathers.add(LoweredOperator.gatherName(node, i));
                    }
                }
            }
        }
        return gathers;
    }
}
