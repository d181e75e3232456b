package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.ScopeOutput;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.graph.Variant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A block, once or in a loop, as {@code program} runs it: what it passes from repetition to repetition. A tensor that is the same every
 * time is held until the last; of what feeds nothing the last is held, or the sum; gradients of what is the same every time are added.
 */
final class Loop {
    private final UseNode use;
    private final List<Crossing> inputs = new ArrayList<>();
    private final List<Crossing> outputs = new ArrayList<>();
    private final Set<Integer> fed = new HashSet<>();
    private final Map<Integer, Value> sums = new HashMap<>();
    private final Map<Integer, Value> collected = new HashMap<>();

    /** @param use in the whole graph */
    Loop(UseNode use) {
        this.use = use;
        use.feeds().forEach(f -> f.ifPresent(fed::add));
        for (int j = 0; j < use.inputs().size(); j++) {
            inputs.add(Crossing.input(use, j, isConstant(j)));
        }
        for (int k = 0; k < use.outputs().size(); k++) {
            OptionalInt feeds = use.feeds().get(k);
            if (feeds.isPresent()) {
                outputs.add(inputs.get(feeds.getAsInt()));
            } else {
                outputs.add(Crossing.output(use, k));
            }
        }
    }

    List<Crossing> inputs() {
        return inputs;
    }

    /** Where a repetition is fed by the one before, in one way for all of them. */
    List<Crossing> fed() {
        return fed.stream().sorted().map(inputs::get).toList();
    }

    List<Crossing> outputs() {
        return outputs;
    }

    private boolean repeats() {
        return use.repeats().isPresent();
    }

    /** The tensors that are the same every time. */
    Set<Value> held(Variant variant) {
        Set<Value> held = new HashSet<>();
        for (int j = 0; j < inputs.size(); j++) {
            if (isConstant(j)) {
                held.add(variant.inputs().get(j));
            }
        }
        return held;
    }

    private boolean isConstant(int input) {
        return repeats() && !fed.contains(input);
    }

    private ScopeOutput.Collect collect(int output) {
        return repeats() ? use.scope().outputs().get(output).collect() : ScopeOutput.Collect.LAST;
    }

    /** A stack takes more with every repetition. */
    void requireNoStacks() throws Unplannable {
        for (int k = 0; k < outputs.size(); k++) {
            if (use.feeds().get(k).isEmpty() && collect(k) == ScopeOutput.Collect.STACK) {
                throw new Unplannable("output '" + use.scope().outputs().get(k).name() + "' of the repeated block '"
                        + use.name() + "' is stacked");
            }
        }
    }

    /** What the segment before hands in. */
    List<Port> taken(Step.BlockForward block, Level level) {
        List<Port> ports = new ArrayList<>();
        for (int j = 0; j < inputs.size(); j++) {
            int index = j;
            Value input = block.inputs().get(j);
            Optional<Value> gradient =
                    level.back(block).flatMap(b -> b.inputGradients().get(index));
            ports.add(new Port(input, input, gradient, inputs.get(j)));
        }
        return ports;
    }

    /** What the segment behind is given. */
    List<Port> made(Step.BlockForward block, Level level) {
        List<Port> ports = new ArrayList<>();
        for (int k = 0; k < outputs.size(); k++) {
            int index = k;
            Value output = block.outputs().get(k);
            Optional<Value> gradient =
                    level.back(block).flatMap(b -> b.outputGradients().get(index));
            ports.add(new Port(output, output, gradient, outputs.get(k)));
        }
        return ports;
    }

    /**
     * What one repetition begins and ends with.
     *
     * @param path of what the loop is in
     */
    Pieces.Ends ends(Step.BlockForward block, Variant variant, long repetition, String path) {
        boolean first = repetition == 0;
        List<Port> given = new ArrayList<>();
        List<Port> handed = new ArrayList<>();
        List<Turn> forward = new ArrayList<>();
        List<Turn> backward = new ArrayList<>();
        for (int k = 0; k < outputs.size(); k++) {
            output(variant, k, first, path, handed, forward);
        }
        for (int j = 0; j < inputs.size(); j++) {
            Value input = variant.inputs().get(j);
            Optional<Value> gradient = variant.inputGradients().get(j);
            if (isConstant(j)) {
                Optional<Value> later = laterGradient(block, j, repetition);
                Optional<Value> sum = later.or(() -> gradient);
                if (later.isPresent() && gradient.isPresent()) {
                    Value total = sums.computeIfAbsent(j, x -> Value.of(input.name() + " total", input.type()));
                    backward.add(new Turn.Sum(path + use.name(), total, later.get(), gradient.get(), inputs.get(j)));
                    sum = Optional.of(total);
                }
                given.add(new Port(input, input, sum, inputs.get(j)));
                handed.add(new Port(input, input, later, inputs.get(j)));
            } else {
                given.add(new Port(input, input, gradient, inputs.get(j)));
            }
        }
        for (int k = 0; k < outputs.size(); k++) {
            collected(variant, k, first, given, backward);
        }
        return new Pieces.Ends(given, handed, forward, backward);
    }

    /** The gradient of what is the same every time as later repetitions have left it. */
    private Optional<Value> laterGradient(Step.BlockForward block, int input, long repetition) {
        boolean made = block.runs().stream()
                .filter(r -> r.to() > repetition + 1)
                .anyMatch(r -> r.variant().inputGradients().get(input).isPresent());
        return made
                ? Optional.of(collected.computeIfAbsent(
                        -1 - input,
                        x -> Value.of(
                                "d." + use.inputs().get(input).name() + " so far",
                                use.inputs().get(input).type())))
                : Optional.empty();
    }

    private void output(
            Variant variant, int output, boolean first, String path, List<Port> handed, List<Turn> forward) {
        Value made = variant.outputs().get(output);
        Optional<Value> gradient = variant.outputGradients().get(output);
        boolean feeds = use.feeds().get(output).isPresent();
        if (!feeds && !first) {
            Value before = before(output, made);
            if (collect(output) == ScopeOutput.Collect.SUM) {
                Value total = sums.computeIfAbsent(-1 - output, x -> Value.of(made.name() + " total", made.type()));
                forward.add(new Turn.Sum(path + use.name(), total, before, made, outputs.get(output)));
                handed.add(new Port(total, total, gradient, outputs.get(output)));
                return;
            }
            forward.add(new Turn.Hold(before));
        }
        handed.add(new Port(made, made, gradient, outputs.get(output)));
    }

    /** What earlier repetitions have left of an output. */
    private Value before(int output, Value made) {
        return collected.computeIfAbsent(output, x -> Value.of(made.name() + " so far", made.type()));
    }

    /** A sum's gradient is that of every addend. */
    private void collected(Variant variant, int output, boolean first, List<Port> given, List<Turn> backward) {
        boolean sum = repeats() && collect(output) == ScopeOutput.Collect.SUM;
        if (use.feeds().get(output).isPresent()) {
            return;
        }
        Optional<Value> gradient = variant.outputGradients().get(output);
        if (sum) {
            gradient.ifPresent(g -> backward.add(new Turn.Hold(g)));
        }
        if (!first) {
            Value before = before(output, variant.outputs().get(output));
            given.add(new Port(before, before, sum ? gradient : Optional.empty(), outputs.get(output)));
        }
    }
}
