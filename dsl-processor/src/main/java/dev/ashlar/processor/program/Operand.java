package dev.ashlar.processor.program;

import java.util.List;

/** What a statement reads. */
public sealed interface Operand {
    /**
     * A tensor.
     *
     * @param access whether it is only looked at, given away, or given away as a second handle while the slot keeps its own
     */
    record Tensor(Slot slot, Access access) implements Operand {}

    /** A parameter or buffer of the scope, by the name of its field. */
    record Parameter(String field) implements Operand {}

    /** {@code Long}, {@code Double}, {@code Boolean}, {@code String} or {@code List<Long>}. */
    record Literal(Object value) implements Operand {}

    /** The key of a dropout mask. */
    record Key(long operator) implements Operand {}

    /** Where a device's part of an axis begins: its coordinates on the mesh, each times its stride, added. */
    record Offset(List<Long> strides) implements Operand {}

    /** The devices that differ from this one along some mesh axes alone. */
    record Peers(List<Integer> meshAxes) implements Operand {}

    /** Whether a device is the first along some mesh axes. */
    record First(List<Integer> meshAxes) implements Operand {}

    /** Where in a bucket the result may be made, from this element on. */
    record Place(Slot bucket, long offset) implements Operand {}

    /** A tensor that a norm's kernel adds: forward to what it reads, in that one's memory, backward to the gradient that it makes. */
    record Added(Slot slot) implements Operand {}

    /** How a tensor is read. */
    enum Access {
        BORROW,
        MOVE,
        SHARE
    }
}
