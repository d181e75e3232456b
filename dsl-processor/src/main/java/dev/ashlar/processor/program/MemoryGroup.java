package dev.ashlar.processor.program;

import java.util.Comparator;

/**
 * Tensors of one kind that are alive together.
 *
 * @param name of the tensor, repetitions as {@code [*]}: {@code "body[*].up"}; {@code "parameters"}, {@code "gradients"}, {@code
 *     "optimizer state"}
 * @param where the place that makes them, in words; empty for the last three
 * @param count how many
 * @param bytes of all together
 */
public record MemoryGroup(String name, String where, long count, long bytes) {
    /** Of equal ones by name and place. */
    static final Comparator<MemoryGroup> LARGEST_FIRST = Comparator.comparingLong(MemoryGroup::bytes)
            .reversed()
            .thenComparing(MemoryGroup::name)
            .thenComparing(MemoryGroup::where);
}
