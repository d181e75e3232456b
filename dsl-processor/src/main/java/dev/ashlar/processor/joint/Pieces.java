package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.ScopeInput;
import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.Trainable;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.graph.Variant;
import dev.ashlar.processor.program.Liveness;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Cuts a skeleton into the pieces of a chain. */
final class Pieces {
    private final Skeleton skeleton;
    private final Variant root;
    private final boolean alone;
    private final boolean accumulates;
    private final Map<Step.BlockForward, List<Crossing>> inputs = new HashMap<>();
    private final Map<Step.BlockForward, List<Crossing>> outputs = new HashMap<>();

    private Pieces(Skeleton skeleton, boolean alone) {
        this.alone = alone;
        this.skeleton = skeleton;
        root = skeleton.graph().train();
        accumulates = skeleton.graph().form().accumulates();
    }

    /** @param alone whether there is one device */
    static List<Piece> of(Skeleton skeleton, boolean alone) throws Unplannable {
        return new Pieces(skeleton, alone).cut();
    }

    private List<Piece> cut() throws Unplannable {
        List<List<Step>> forward = split(root.forward());
        List<List<Step>> backward = split(root.backward());
        List<Step.BlockForward> blocks = new ArrayList<>();
        for (Step step : root.forward()) {
            if (step instanceof Step.BlockForward block) {
                blocks.add(block);
                cross(block);
            }
        }
        Map<UseNode, Step.BlockBackward> back = new HashMap<>();
        List<UseNode> order = new ArrayList<>();
        for (Step step : root.backward()) {
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
        List<Piece> pieces = new ArrayList<>();
        for (int s = 0; s < forward.size(); s++) {
            int fromEnd = forward.size() - 1 - s;
            List<Step> steps = fromEnd < backward.size() ? backward.get(fromEnd) : List.of();
            Optional<Step.BlockForward> before = s == 0 ? Optional.empty() : Optional.of(blocks.get(s - 1));
            Optional<Step.BlockForward> after = s == blocks.size() ? Optional.empty() : Optional.of(blocks.get(s));
            List<Port> given = before.map(b -> outputs(b, back)).orElse(List.of());
            List<Port> handed = after.map(b -> inputs(b, back)).orElse(List.of());
            pieces.add(new Piece(
                    "",
                    "",
                    new Object(),
                    forward.get(s),
                    steps,
                    given,
                    handed,
                    s == 0 ? inputs() : List.of(),
                    s == 0 ? List.of() : read(forward, backward, s),
                    read(forward, backward, s + 1),
                    s == blocks.size() ? root.losses() : List.of(),
                    s == blocks.size() ? List.of() : root.losses(),
                    Set.of()));
            if (after.isPresent()) {
                addRepetitions(after.get(), read(forward, backward, s + 1), pieces);
            }
        }
        requireChain(pieces);
        return shared(pieces);
    }

    /**
     * Notes what parameters are shared: backward runs the last piece first, so that what comes later is added to what is there. In all
     * micro-batches but the first everything is.
     */
    private List<Piece> shared(List<Piece> pieces) {
        List<Set<ScopeParameter>> known = new ArrayList<>();
        Set<String> used = new HashSet<>();
        for (Piece piece : pieces) {
            Set<ScopeParameter> own = new LinkedHashSet<>();
            for (Step step : piece.forward()) {
                if (step instanceof Step.Kernel kernel) {
                    own.addAll(kernel.node().parameters());
                }
            }
            known.add(own.stream()
                    .filter(p -> used.contains(piece.owner() + p.name()))
                    .collect(Collectors.toSet()));
            own.forEach(p -> used.add(piece.owner() + p.name()));
        }
        List<Piece> result = new ArrayList<>(pieces);
        Set<String> there = new HashSet<>();
        for (int b = pieces.size() - 1; b >= 0; b--) {
            Set<Step.ParameterGradient> added = new HashSet<>();
            for (Step step : pieces.get(b).backward()) {
                if (step instanceof Step.ParameterGradient gradient
                        && (!there.add(pieces.get(b).owner()
                                        + gradient.parameter().name())
                                || accumulates)) {
                    added.add(gradient);
                }
            }
            result.set(b, pieces.get(b).with(added, known.get(b)));
        }
        return result;
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

    private List<Value> inputs() {
        return root.scope().inputs().stream().map(ScopeInput::value).toList();
    }

    private void cross(Step.BlockForward block) throws Unplannable {
        UseNode use = skeleton.whole(block.node());
        List<Crossing> in = new ArrayList<>();
        for (int j = 0; j < use.inputs().size(); j++) {
            in.add(new Crossing(use, false, j, use.inputs().get(j).type()));
        }
        List<Crossing> out = new ArrayList<>();
        Set<Integer> fed = new HashSet<>();
        for (int k = 0; k < use.outputs().size(); k++) {
            OptionalInt feeds = use.feeds().get(k);
            if (feeds.isPresent()) {
                fed.add(feeds.getAsInt());
                out.add(in.get(feeds.getAsInt()));
            } else if (use.count() > 1) {
                throw new Unplannable("output " + k + " of the repeated block '" + use.name() + "' feeds no input");
            } else {
                out.add(new Crossing(use, true, k, use.outputs().get(k).type()));
            }
        }
        if (use.count() > 1 && fed.size() < in.size()) {
            throw new Unplannable("the repeated block '" + use.name() + "' has an input that is the same every time");
        }
        if (!alone && (use.tiedTo().isPresent() || use.shared())) {
            // They would be written apart where they are laid out apart, and have one set of parameters all the same.
            throw new Unplannable("the block '" + use.name() + "' shares its parameters");
        }
        inputs.put(block, in);
        outputs.put(block, out);
    }

    private List<Port> inputs(Step.BlockForward block, Map<UseNode, Step.BlockBackward> back) {
        Optional<Step.BlockBackward> backward = Optional.ofNullable(back.get(block.node()));
        List<Port> ports = new ArrayList<>();
        List<Crossing> crossings = inputs.getOrDefault(block, List.of());
        for (int j = 0; j < block.inputs().size(); j++) {
            int index = j;
            ports.add(new Port(
                    block.inputs().get(j),
                    backward.flatMap(b -> b.inputGradients().get(index)),
                    crossings.get(j)));
        }
        return ports;
    }

    private List<Port> outputs(Step.BlockForward block, Map<UseNode, Step.BlockBackward> back) {
        Optional<Step.BlockBackward> backward = Optional.ofNullable(back.get(block.node()));
        List<Port> ports = new ArrayList<>();
        List<Crossing> crossings = outputs.getOrDefault(block, List.of());
        for (int k = 0; k < block.outputs().size(); k++) {
            int index = k;
            ports.add(new Port(
                    block.outputs().get(k),
                    backward.flatMap(b -> b.outputGradients().get(index)),
                    crossings.get(k)));
        }
        return ports;
    }

    private void addRepetitions(Step.BlockForward block, List<Value> passing, List<Piece> pieces) {
        List<Crossing> in = inputs.getOrDefault(block, List.of());
        List<Crossing> out = outputs.getOrDefault(block, List.of());
        for (Step.Run run : block.runs()) {
            Variant variant = run.variant();
            List<Port> given = new ArrayList<>();
            for (int j = 0; j < in.size(); j++) {
                given.add(new Port(
                        variant.inputs().get(j), variant.inputGradients().get(j), in.get(j)));
            }
            List<Port> handed = new ArrayList<>();
            for (int k = 0; k < out.size(); k++) {
                handed.add(new Port(
                        variant.outputs().get(k), variant.outputGradients().get(k), out.get(k)));
            }
            for (long i = run.from(); i < run.to(); i++) {
                String index = block.node().repeats().isPresent() ? "[" + i + "]." : ".";
                UseNode use = skeleton.whole(block.node());
                pieces.add(new Piece(
                        block.node().name() + index,
                        Trainable.instance(use, i),
                        List.of(use, variant),
                        variant.forward(),
                        variant.backward(),
                        given,
                        handed,
                        List.of(),
                        passing,
                        passing,
                        List.of(),
                        root.losses(),
                        Set.of()));
            }
        }
    }

    /** Inputs of the model that its own operators read from one segment on. */
    private List<Value> read(List<List<Step>> forward, List<List<Step>> backward, int segment) throws Unplannable {
        List<Value> later = new ArrayList<>();
        for (Value input : inputs()) {
            List<Integer> reading = IntStream.range(0, forward.size())
                    .filter(s -> reads(forward.get(s), input)
                            || (forward.size() - 1 - s < backward.size()
                                    && reads(backward.get(forward.size() - 1 - s), input)))
                    .boxed()
                    .toList();
            if (reading.size() > 1) {
                throw new Unplannable("the input '" + input.name() + "' is read before and behind a block");
            }
            if (!reading.isEmpty() && reading.get(0) >= segment) {
                later.add(input);
            }
        }
        return later;
    }

    private static boolean reads(List<Step> steps, Value value) {
        return steps.stream().anyMatch(s -> Liveness.reads(s).contains(value));
    }

    /** Every tensor is read in the piece that makes it, or passes to the next as the argument of a block. */
    private static void requireChain(List<Piece> pieces) throws Unplannable {
        for (Piece piece : pieces) {
            Set<Value> there = new HashSet<>(piece.arriving());
            there.addAll(piece.crossing());
            piece.given().forEach(p -> there.add(p.value()));
            piece.handed().forEach(p -> p.gradient().ifPresent(there::add));
            for (List<Step> steps : List.of(piece.forward(), piece.backward())) {
                for (Step step : steps) {
                    if (step instanceof Step.BlockForward || step instanceof Step.BlockBackward) {
                        throw new Unplannable("a block uses another block");
                    }
                    for (Value value : Liveness.reads(step)) {
                        if (!there.contains(value)) {
                            throw new Unplannable("the tensor '" + value.name() + "' is read behind a block");
                        }
                    }
                    there.addAll(Liveness.makes(step));
                }
            }
        }
    }
}
