package dev.ashlar.processor.joint;

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
import java.util.Set;
import java.util.stream.Collectors;

/** Cuts a skeleton into the pieces of a chain. */
final class Pieces {
    private final Skeleton skeleton;
    private final Variant root;
    private final boolean alone;
    private final boolean accumulates;
    private final List<Piece> pieces = new ArrayList<>();
    /** Loops by the level and the segment behind which they are. */
    private final Map<Step.BlockForward, Loop> loops = new HashMap<>();

    private final Map<UseNode, Map<Variant, Level>> levels = new HashMap<>();

    private Pieces(Skeleton skeleton, boolean alone) {
        this.alone = alone;
        this.skeleton = skeleton;
        root = skeleton.graph().train();
        accumulates = skeleton.graph().form().accumulates();
    }

    /** @param alone whether there is one device */
    static List<Piece> of(Skeleton skeleton, boolean alone) throws Unplannable {
        Pieces pieces = new Pieces(skeleton, alone);
        Level level = new Level(pieces.root, pieces.crossings(List.of()), Set.of());
        pieces.cut(level, "", "", Ends.NONE, List.of(), List.of());
        requireChain(pieces.pieces);
        return pieces.shared();
    }

    private Loop loop(Step.BlockForward block) {
        return loops.computeIfAbsent(block, b -> new Loop(skeleton.whole(b.node())));
    }

    private Level.Crossings crossings(List<Crossing> inputs) {
        return new Level.Crossings() {
            @Override
            public Optional<Crossing> input(int index) {
                return index < inputs.size() ? Optional.of(inputs.get(index)) : Optional.empty();
            }

            @Override
            public Crossing output(Step.BlockForward block, int index) {
                return loop(block).outputs().get(index);
            }
        };
    }

    /**
     * What a level begins and ends with.
     *
     * @param given to its first segment
     * @param handed on by its last one, outputs of the scope first
     * @param forward what is done behind it
     * @param backward the same in backward
     */
    record Ends(List<Port> given, List<Port> handed, List<Turn> forward, List<Turn> backward) {
        static final Ends NONE = new Ends(List.of(), List.of(), List.of(), List.of());

        Ends {
            given = List.copyOf(given);
            handed = List.copyOf(handed);
            forward = List.copyOf(forward);
            backward = List.copyOf(backward);
        }
    }

    /**
     * @param past what passes all of the level
     * @param carried where it is known all the while how something passes into the next repetition
     */
    private void cut(Level level, String path, String owner, Ends ends, List<Port> past, List<Crossing> carried)
            throws Unplannable {
        int last = level.segments() - 1;
        for (int s = 0; s <= last; s++) {
            List<Port> given = new ArrayList<>(ends.given());
            if (s > 0) {
                given = new ArrayList<>(loop(level.block(s - 1)).made(level.block(s - 1), level));
                given.addAll(level.past(s));
            }
            given.addAll(past);
            List<Port> handed = new ArrayList<>(ends.handed());
            List<Port> between = new ArrayList<>();
            if (s < last) {
                handed = new ArrayList<>(loop(level.block(s)).taken(level.block(s), level));
                between.addAll(level.past(s + 1));
                handed.addAll(between);
            }
            handed.addAll(past);
            between.addAll(past);
            boolean first = pieces.isEmpty();
            boolean end = path.isEmpty() && s == last;
            pieces.add(new Piece(
                    path,
                    owner,
                    List.of(level, s, given, handed, ends.backward()),
                    level.forward(s),
                    level.backward(s),
                    given,
                    handed,
                    s < last ? level.past(s + 1) : List.of(),
                    carried,
                    first ? root.inputs() : List.of(),
                    end ? root.losses() : List.of(),
                    end ? List.of() : root.losses(),
                    s == last ? ends.forward() : List.of(),
                    s == 0 ? ends.backward() : List.of(),
                    Set.of()));
            if (s < last) {
                repeat(level.block(s), path, owner, between, carried);
            }
        }
    }

    private void repeat(Step.BlockForward block, String path, String owner, List<Port> past, List<Crossing> carried)
            throws Unplannable {
        UseNode use = skeleton.whole(block.node());
        if (!alone && (use.tiedTo().isPresent() || use.shared())) {
            // They would be written apart where they are laid out apart, and have one set of parameters all the same.
            throw new Unplannable("the block '" + use.name() + "' shares its parameters");
        }
        Loop loop = loop(block);
        loop.requireNoStacks();
        for (Step.Run run : block.runs()) {
            Level level = level(use, run.variant(), loop);
            List<Crossing> known = new ArrayList<>(carried);
            if (level.segments() > 1) {
                known.addAll(loop.fed());
            }
            for (long i = run.from(); i < run.to(); i++) {
                String index = use.repeats().isPresent() ? "[" + i + "]." : ".";
                Ends ends = loop.ends(block, run.variant(), i, path);
                if (level.segments() > 1 && !ends.forward().isEmpty()) {
                    throw new Unplannable("the repeated block '" + use.name()
                            + "' uses other blocks and has an output that feeds no input");
                }
                if (level.segments() > 1 && !ends.backward().isEmpty()) {
                    throw new Unplannable("the repeated block '" + use.name()
                            + "' uses other blocks and has an input with a gradient that is the same every time");
                }
                cut(level, path + use.name() + index, owner + Trainable.instance(use, i), ends, past, known);
            }
        }
    }

    private Level level(UseNode use, Variant variant, Loop loop) throws Unplannable {
        Map<Variant, Level> known = levels.computeIfAbsent(use, u -> new HashMap<>());
        Level level = known.get(variant);
        if (level == null) {
            level = new Level(variant, crossings(loop.inputs()), loop.held(variant));
            known.put(variant, level);
        }
        return level;
    }

    /**
     * Notes what parameters are shared: backward runs the last piece first, so that what comes later is added to what is there. In all
     * micro-batches but the first everything is.
     */
    private List<Piece> shared() {
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

    /** Every tensor is read in the piece that makes it, or passes to those that read it. */
    private static void requireChain(List<Piece> pieces) {
        for (Piece piece : pieces) {
            Set<Value> there = new HashSet<>(piece.arriving());
            piece.given().forEach(p -> there.add(p.value()));
            piece.handed().forEach(p -> p.gradient().ifPresent(there::add));
            for (List<Step> steps : List.of(piece.forward(), piece.backward())) {
                for (Step step : steps) {
                    for (Value value : Liveness.reads(step)) {
                        if (!there.contains(value)) {
                            throw new IllegalStateException(value + " does not reach " + piece.path());
                        }
                    }
                    there.addAll(Liveness.makes(step));
                }
            }
        }
    }
}
