package dev.ashlar.processor.graph;

import dev.ashlar.processor.diagnostic.Source;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A block that is used, once or several times in a row.
 *
 * @param name the method's name
 * @param scope the block, with the shapes it has here; of its first repetition where they differ
 * @param repeats how often; empty if it is not repeated
 * @param shared whether all repetitions share their parameters
 * @param tiedTo another use whose parameters it shares
 * @param inputs one for every input of the block, in order
 * @param outputs one for every output of the block, in order; one that only feeds the next repetition is the last's
 * @param feeds for every output the index of the input that it feeds in the next repetition; all empty if it is not repeated
 * @param repetitions the block of every repetition where they are not all the same; else empty
 */
public record UseNode(
        String name,
        Scope scope,
        Optional<Long> repeats,
        boolean shared,
        Optional<String> tiedTo,
        List<Value> inputs,
        List<Value> outputs,
        List<OptionalInt> feeds,
        Source source,
        List<Scope> repetitions)
        implements Node {
    /** A block that is the same in every repetition. */
    public UseNode(
            String name,
            Scope scope,
            Optional<Long> repeats,
            boolean shared,
            Optional<String> tiedTo,
            List<Value> inputs,
            List<Value> outputs,
            List<OptionalInt> feeds,
            Source source) {
        this(name, scope, repeats, shared, tiedTo, inputs, outputs, feeds, source, List.of());
    }

    /** The block of one repetition. */
    public Scope scope(long repetition) {
        return repetitions.isEmpty() ? scope : repetitions.get(Math.toIntExact(repetition));
    }

    /** The blocks of all repetitions, each once, in order of the first that has it. */
    public List<Scope> scopes() {
        return repetitions.isEmpty()
                ? List.of(scope)
                : repetitions.stream().distinct().toList();
    }

    /** How often the block runs. */
    public long count() {
        return repeats.orElse(1L);
    }

    /** Identity: two may look alike and still be two. */
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
