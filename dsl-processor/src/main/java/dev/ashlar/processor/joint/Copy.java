package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.Value;

/** A tensor as one group of readers wants it. Identity tells two apart. */
final class Copy {
    private final Value tensor;
    private final String group;

    /** @param group empty for outputs and losses, which have one reader */
    Copy(Value tensor, String group) {
        this.tensor = tensor;
        this.group = group;
    }

    /** The tensor of the scope that it is a copy of. */
    Value tensor() {
        return tensor;
    }

    @Override
    public String toString() {
        return tensor.name() + " for " + group;
    }
}
