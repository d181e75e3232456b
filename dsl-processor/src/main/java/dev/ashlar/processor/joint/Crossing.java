package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.op.TensorType;

/** Where a tensor passes into a block or out of it; one that feeds an input passes as that does. Identity tells two apart. */
final class Crossing {
    private final UseNode use;
    private final boolean output;
    private final int index;
    private final TensorType type;

    /** @param use in the whole graph */
    Crossing(UseNode use, boolean output, int index, TensorType type) {
        this.use = use;
        this.output = output;
        this.index = index;
        this.type = type;
    }

    UseNode use() {
        return use;
    }

    boolean output() {
        return output;
    }

    int index() {
        return index;
    }

    TensorType type() {
        return type;
    }

    @Override
    public String toString() {
        return use.name() + (output ? " output " : " input ") + index;
    }
}
