package dev.ashlar.processor.joint;

import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.local.Boundary;
import dev.ashlar.processor.op.TensorType;
import dev.ashlar.processor.shard.Placement;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Where a tensor passes into a block or out of it, or past a block; one that feeds an input passes as that does. Identity tells two apart.
 */
final class Crossing {
    private final String name;
    private final Optional<UseNode> use;
    private final boolean output;
    private final int index;
    private final TensorType type;
    private final boolean constant;

    private Crossing(String name, Optional<UseNode> use, boolean output, int index, TensorType type, boolean constant) {
        this.constant = constant;
        this.name = name;
        this.use = use;
        this.output = output;
        this.index = index;
        this.type = type;
    }

    /**
     * @param use in the whole graph
     * @param constant whether it is the same for all repetitions
     */
    static Crossing input(UseNode use, int index, boolean constant) {
        return new Crossing(
                use.name() + " input " + index,
                Optional.of(use),
                false,
                index,
                use.inputs().get(index).type(),
                constant);
    }

    /** @param use in the whole graph */
    static Crossing output(UseNode use, int index) {
        return new Crossing(
                use.name() + " output " + index,
                Optional.of(use),
                true,
                index,
                use.scope().outputs().get(index).value().type(),
                false);
    }

    /** Of a tensor that passes blocks in the layout that it is made in. */
    static Crossing past(String tensor, TensorType type) {
        return new Crossing(tensor, Optional.empty(), false, 0, type, false);
    }

    /** Whether it is that of a block's input. */
    boolean isInput(UseNode of, int place) {
        return use.filter(u -> u == of).isPresent() && !output && index == place;
    }

    /** Whether it is that of an output that feeds no input. */
    boolean isOutput(UseNode of, int place) {
        return use.filter(u -> u == of).isPresent() && output && index == place;
    }

    /** Whether what passes lies as it is made. */
    boolean asMade() {
        return use.isEmpty();
    }

    /** Whether it is that of an output that feeds no input. */
    boolean output() {
        return output;
    }

    /** The place among the inputs or outputs of its block. */
    int index() {
        return index;
    }

    /**
     * Whether a tensor may pass so. What is there behind blocks too has few layouts, for each is to be combined with those of all else
     * that passes: no partial sums, and on a mesh of several axes no cuts but along the first dimension, which is mostly the batch.
     */
    boolean allows(Boundary boundary, Mesh mesh) {
        if (!goesOn()) {
            return true;
        }
        long axes =
                IntStream.range(0, mesh.rank()).filter(a -> mesh.size(a) > 1).count();
        return boundary.equals(Boundary.of(boundary.layout()))
                && boundary.layout().placements().stream()
                        .allMatch(p -> p.equals(Placement.REPLICATED)
                                || (p instanceof Placement.Shard cut && (axes == 1 || cut.dimension() == 0)));
    }

    /** Whether what passes is there behind blocks too. */
    boolean goesOn() {
        return constant || asMade();
    }

    TensorType type() {
        return type;
    }

    @Override
    public String toString() {
        return name;
    }
}
