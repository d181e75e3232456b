package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.ScopeInput;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.graph.Variant;
import dev.ashlar.processor.program.Liveness;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** A variant cut at the blocks that it uses: segments of its own operators, and what passes from one to the next past a block. */
final class Level {
    private final Variant variant;
    private final List<List<Step>> forward;
    private final List<List<Step>> backward;
    private final List<Step.BlockForward> blocks = new ArrayList<>();
    private final Map<UseNode, Step.BlockBackward> back = new HashMap<>();
    private final Map<Value, Past> past = new LinkedHashMap<>();
    /** By boundary the gradients that pass it. */
    private final List<Map<Value, Value>> gradients = new ArrayList<>();

    /**
     * A tensor that passes blocks.
     *
     * @param value what it was lowered to
     * @param home the segment that has it first
     * @param last the last segment that reads it
     */
    private record Past(Value value, Crossing crossing, int home, int last) {
        boolean passes(int boundary) {
            return home < boundary && boundary <= last;
        }
    }

    /**
     * @param crossings where tensors pass that are inputs of the variant or come out of its blocks; others get crossings of their own
     * @param held inputs that are held to the end
     */
    Level(Variant variant, Crossings crossings, Set<Value> held) throws Unplannable {
        this.variant = variant;
        forward = split(variant.forward());
        backward = split(variant.backward());
        for (Step step : variant.forward()) {
            if (step instanceof Step.BlockForward block) {
                blocks.add(block);
            }
        }
        requireOrder();
        findPast(crossings, held);
        findGradients();
    }

    /** Where tensors of a variant pass, by tensor. */
    interface Crossings {
        /** Of an input of the variant. */
        Optional<Crossing> input(int index);

        Crossing output(Step.BlockForward block, int index);
    }

    private static List<List<Step>> split(List<Step> steps) {
        List<List<Step>> parts = new ArrayList<>();
        parts.add(new ArrayList<>());
        for (Step step : steps) {
            if (step instanceof Step.BlockForward || step instanceof Step.BlockBackward) {
                parts.add(new ArrayList<>());
            } else {
                parts.get(parts.size() - 1).add(step);
            }
        }
        return parts;
    }

    private void requireOrder() throws Unplannable {
        List<UseNode> order = new ArrayList<>();
        for (Step step : variant.backward()) {
            if (step instanceof Step.BlockBackward block) {
                back.put(block.node(), block);
                order.add(0, block.node());
            }
        }
        int without = blocks.size() - order.size(); // blocks before all that is trained have no backward
        if (!order.equals(
                blocks.stream().skip(without).map(Step.BlockForward::node).toList())) {
            throw new Unplannable("its blocks do not follow one another");
        }
    }

    /** How many segments there are, one more than blocks. */
    int segments() {
        return forward.size();
    }

    List<Step> forward(int segment) {
        return forward.get(segment);
    }

    List<Step> backward(int segment) {
        int fromEnd = forward.size() - 1 - segment;
        return fromEnd < backward.size() ? backward.get(fromEnd) : List.of();
    }

    /** The block behind a segment. */
    Step.BlockForward block(int segment) {
        return blocks.get(segment);
    }

    Optional<Step.BlockBackward> back(Step.BlockForward block) {
        return Optional.ofNullable(back.get(block.node()));
    }

    /** Every tensor is read by way of a copy that stands before its readers. */
    private void findPast(Crossings crossings, Set<Value> held) {
        Map<Value, Integer> homes = new HashMap<>();
        Map<Value, Crossing> known = new HashMap<>();
        for (int j = 0; j < variant.inputs().size(); j++) {
            Value input = variant.inputs().get(j);
            homes.put(input, 0);
            crossings.input(j).ifPresent(c -> known.put(input, c));
        }
        for (int s = 0; s < forward.size(); s++) {
            if (s > 0) {
                Step.BlockForward before = blocks.get(s - 1);
                for (int k = 0; k < before.outputs().size(); k++) {
                    homes.put(before.outputs().get(k), s);
                    known.put(before.outputs().get(k), crossings.output(before, k));
                }
            }
            for (Step step : forward.get(s)) {
                for (Value made : Liveness.makes(step)) {
                    homes.put(made, s);
                }
                if (step instanceof Step.Collective copy && copy.transfer() instanceof Marker.OfCopy of) {
                    Value value = (Value) copy.source();
                    add(of.copy().tensor(), value, Objects.requireNonNull(homes.get(value)), s, known);
                }
            }
        }
        for (ScopeInput input : variant.scope().inputs()) {
            if (held.contains(input.value())) {
                add(input.value(), input.value(), 0, forward.size() - 1, known);
            }
        }
    }

    private void add(Value tensor, Value value, int home, int segment, Map<Value, Crossing> known) {
        if (segment > home) {
            Crossing crossing = past.containsKey(tensor)
                    ? Objects.requireNonNull(past.get(tensor)).crossing()
                    : Optional.ofNullable(known.get(value))
                            .orElseGet(() -> Crossing.past(tensor.name(), tensor.type()));
            past.put(tensor, new Past(value, crossing, home, segment));
        }
    }

    /** The gradient of a tensor is that of its first copy, then the sum with that of the next. */
    private void findGradients() {
        Map<Value, Value> current = new HashMap<>();
        for (int s = forward.size() - 1; s >= 0; s--) {
            for (Step step : backward(s)) {
                if (step instanceof Step.Collective collective
                        && collective.transfer() instanceof Marker.OfCopy of
                        && of.backward()) {
                    current.putIfAbsent(of.copy().tensor(), collective.result());
                } else if (step instanceof Step.Sum sum) {
                    current.replaceAll((tensor, gradient) -> gradient == sum.left() ? sum.result() : gradient);
                }
            }
            gradients.add(0, Map.copyOf(current));
        }
    }

    /** What passes a block, and is there before it and behind. */
    List<Port> past(int boundary) {
        List<Port> ports = new ArrayList<>();
        past.forEach((tensor, of) -> {
            if (of.passes(boundary)) {
                Value gradient = gradients.get(boundary).get(tensor);
                ports.add(new Port(tensor, of.value(), Optional.ofNullable(gradient), of.crossing()));
            }
        });
        return ports;
    }
}
