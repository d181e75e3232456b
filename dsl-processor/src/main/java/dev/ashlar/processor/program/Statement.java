package dev.ashlar.processor.program;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Transfer;
import dev.ashlar.processor.graph.UseNode;
import java.util.List;
import java.util.Optional;

/** One statement of a routine. */
public sealed interface Statement {
    /**
     * A call of a kernel.
     *
     * @param view for every result the tensor operand whose storage it may share
     * @param results empty where the kernel returns nothing
     * @param recomputed whether backward calls it again, for a tensor that forward did not keep
     */
    record Call(
            OperatorNode node,
            String kernel,
            List<Operand> operands,
            List<Optional<Slot>> results,
            List<Optional<Slot>> view,
            boolean recomputed)
            implements Statement {}

    /**
     * A collective or copy between devices.
     *
     * @param at what it is for: {@code "ln1 -> up"}
     * @param where the place of the operator that it is for, in words
     * @param source a tensor that is only looked at, or a parameter
     * @param takesOver whether the result takes the place of the source, a tensor, which is then gone; else the source stays
     */
    record Collective(String at, String where, Transfer transfer, Slot result, Operand source, boolean takesOver)
            implements Statement {}

    /**
     * Begins to gather a parameter while the program goes on.
     *
     * @param at what it is for: {@code "gather up.weight"}
     * @param where the place of the operator that it is for, in words
     * @param result memory that nobody reads before the {@link End}
     */
    record Begin(String at, String where, Transfer transfer, Slot result, Operand.Parameter source)
            implements Statement {}

    /** Waits for what was begun for something. */
    record End(String at, Slot result) implements Statement {}

    /**
     * Memory, uninitialised, for gradients that are reduced as one.
     *
     * @param at the operator whose backward begins there
     */
    record Bucket(String at, Slot result) implements Statement {}

    /**
     * Copies a gradient to its place in a bucket.
     *
     * @param at what it is for: {@code "up.weight"}
     * @param offset of its first element
     */
    record Fill(String at, Slot bucket, long offset, Slot gradient) implements Statement {}

    /**
     * Starts to reduce a gradient or a bucket of them; what is reduced is added to the parameters when it is waited for.
     *
     * @param at what it is for: {@code "up.weight"}
     * @param where the place of the operator that it is for, in words
     * @param transfers one after the other: the first is started, the others follow when it is waited for; all but a first one that
     *     scatters are in place
     * @param source a gradient, or a bucket
     * @param takesOver whether the source itself is reduced, and is then gone; else a copy
     * @param fields parameters whose gradients lie in the source, one after the other
     */
    record Start(String at, String where, List<Transfer> transfers, Slot source, boolean takesOver, List<String> fields)
            implements Statement {
        /** Copies the lists. */
        public Start {
            transfers = List.copyOf(transfers);
            fields = List.copyOf(fields);
        }

        /** Whether the sum goes in parts to memory of its own; the source then lives until it is waited for. */
        public boolean scatters() {
            return !transfers.get(0).inPlace();
        }
    }

    /** Waits, in the order in which they were started, until no more than so many reductions are running. */
    record Await(int running) implements Statement {}

    /**
     * Waits for one reduction, whatever else is running.
     *
     * @param at what it was started for
     */
    record Finish(String at) implements Statement {}

    /** {@code target += addend}; the addend is freed. */
    record AddInPlace(Slot target, Slot addend) implements Statement {}

    /** {@code result = left + right}. */
    record Add(Slot result, Slot left, Slot right) implements Statement {}

    /** The gradient of a loss: {@code weight} times the weight of the batch. */
    record Seed(Slot result, double weight) implements Statement {}

    /** Adds a gradient, which is given away, to a parameter. */
    record ParameterGradient(String field, Operand.Tensor gradient) implements Statement {}

    /** The optimizer's update of a parameter by its gradient, which is closed; then what other devices have updated is gathered. */
    record Update(String field) implements Statement {}

    /** Moves an argument to the saved tensors. */
    record Keep(Slot field, Slot argument) implements Statement {}

    /** Closes tensors. */
    record Free(List<Slot> slots) implements Statement {}

    /**
     * Forward of a block.
     *
     * @param arguments one for each input of the block, all given away; those that are fed are the first repetition's
     * @param results one for each output of the block; empty where nobody reads it
     */
    record BlockForward(UseNode node, List<Run> runs, List<Operand.Tensor> arguments, List<Optional<Slot>> results)
            implements Statement {}

    /**
     * Backward of a block.
     *
     * @param arguments one for each output of the block that has a gradient, given away
     * @param results one for each input of the block whose gradient is made; it is freed at once if nobody reads it
     */
    record BlockBackward(
            UseNode node, List<Run> runs, List<Optional<Operand.Tensor>> arguments, List<Optional<Slot>> results)
            implements Statement {}

    /**
     * Repetitions {@code from} to {@code to}, exclusive, that call one routine.
     *
     * @param again of a segment: forward, which keeps only what the first repetition is given, and which backward runs again before it
     */
    record Run(long from, long to, Routine routine, Optional<Routine> again) {}
}
