package dev.ashlar.processor.graph;

import dev.ashlar.processor.diagnostic.Source;
import dev.ashlar.processor.op.Argument;
import dev.ashlar.processor.op.Handle;
import java.util.List;
import java.util.Optional;

/** A step of a lowered scope, in the order in which it runs. */
public sealed interface Step {
    /**
     * A call of one of the runtime's kernels.
     *
     * @param node the operator it belongs to
     * @param kernel name of the method of {@code dev.ashlar.runtime.engine.Ops}
     * @param arguments tensors ({@link Value}, {@link ScopeParameter}), literals and {@link DropoutKey}s
     * @param results in order; empty where a result is not needed, so that the kernel returns nothing there
     * @param recomputed whether backward calls it again, for a tensor that forward did not keep
     */
    record Kernel(
            OperatorNode node,
            String kernel,
            List<Argument> arguments,
            List<Optional<Value>> results,
            boolean recomputed)
            implements Step {}

    /**
     * A collective or copy between devices.
     *
     * @param at what it is for: {@code "ln1 -> up"}
     * @param place of the operator that it is for
     * @param source a {@link Value}, or a {@link ScopeParameter} as it lies on the device
     */
    record Collective(String at, Source place, Transfer transfer, Value result, Handle source) implements Step {}

    /**
     * Begins to gather a parameter; the program goes on, and nobody reads the result before the {@link End}.
     *
     * @param at what it is for: {@code "gather up.weight"}
     * @param place of the operator that it is for
     */
    record Begin(String at, Source place, Transfer transfer, Value result, ScopeParameter source) implements Step {}

    /**
     * Waits for what was begun.
     *
     * @param at what it is for
     */
    record End(String at, Value result) implements Step {}

    /**
     * Memory, uninitialised, that several gradients are copied to in order to be reduced as one.
     *
     * @param at the operator whose backward begins there
     */
    record Bucket(String at, Value result) implements Step {}

    /**
     * Copies a gradient to its place in a bucket.
     *
     * @param at what it is for: {@code "up.weight"}
     * @param offset of its first element
     */
    record Fill(String at, Value bucket, long offset, Value gradient) implements Step {}

    /**
     * Starts to reduce a gradient, or a bucket of them, in place, or to scatter the sum of a gradient; the program goes on. What is reduced
     * is added to the parameters when it is waited for.
     *
     * @param at what it is for: {@code "up.weight"}
     * @param place of the operator that it is for
     * @param transfers one after the other, in place but for a first one that scatters: that is started, the others follow when it is
     *     waited for
     * @param parameters whose gradients lie in the source, one after the other
     * @param overlapped whether kernels run before it is waited for
     */
    record Start(
            String at,
            Source place,
            List<Transfer> transfers,
            Value source,
            List<ScopeParameter> parameters,
            boolean overlapped)
            implements Step {
        /** Copies the lists. */
        public Start {
            transfers = List.copyOf(transfers);
            parameters = List.copyOf(parameters);
        }
    }

    /**
     * Waits for what was started first, until no more than so many reductions are running, and adds what is reduced to the parameters.
     */
    record Await(int running) implements Step {}

    /**
     * Waits for one reduction, whatever else is running, and adds what is reduced to its parameters.
     *
     * @param at what it was started for
     */
    record Finish(String at) implements Step {}

    /** {@code result = left + right}: two gradients of one tensor meet. */
    record Sum(Value result, Value left, Value right) implements Step {}

    /** The gradient of a loss: its weight times the weight of the batch. */
    record Seed(ScopeLoss loss, Value gradient) implements Step {}

    /** Adds a gradient to a parameter. */
    record ParameterGradient(ScopeParameter parameter, Value gradient) implements Step {}

    /** The optimizer's update of a parameter by the gradient that it then has, which is let go. */
    record Update(ScopeParameter parameter) implements Step {}

    /**
     * Forward of a block that is used.
     *
     * @param runs which repetitions run as which variant, ascending
     * @param inputs one for each input of the block
     * @param outputs one for each output of the block
     */
    record BlockForward(UseNode node, List<Run> runs, List<Value> inputs, List<Value> outputs) implements Step {}

    /**
     * Backward of a block that is used; repetitions run in descending order.
     *
     * @param runs which repetitions run as which variant, ascending
     * @param outputGradients one for each output of the block, where there is one
     * @param inputGradients one for each input of the block, where there is one
     */
    record BlockBackward(
            UseNode node, List<Run> runs, List<Optional<Value>> outputGradients, List<Optional<Value>> inputGradients)
            implements Step {}

    /**
     * Repetitions {@code from} to {@code to}, exclusive, that run as one variant.
     *
     * @param again whether forward keeps only what the first of them is given, and backward runs their forward again before it
     */
    record Run(long from, long to, Variant variant, boolean again) {
        /** Repetitions that keep for themselves what their backward reads. */
        public Run(long from, long to, Variant variant) {
            this(from, to, variant, false);
        }
    }

    /**
     * Where a device's part of an axis begins: the sum of its coordinates on the mesh, each times its stride.
     *
     * @param strides one for each mesh axis, in elements; 0 for those that do not share the axis
     */
    record Offset(List<Long> strides) implements Argument {
        /** Copies the list. */
        public Offset {
            strides = List.copyOf(strides);
        }
    }

    /** The devices that differ from this one along some mesh axes alone. */
    record Peers(List<Integer> meshAxes) implements Argument {
        /** Copies the list. */
        public Peers {
            meshAxes = List.copyOf(meshAxes);
        }
    }

    /** Whether a device is the first along some mesh axes. */
    record First(List<Integer> meshAxes) implements Argument {
        /** Copies the list. */
        public First {
            meshAxes = List.copyOf(meshAxes);
        }
    }

    /** The key of a dropout mask, different for every operator of a scope; use and repetition are mixed in when it runs. */
    record DropoutKey(long operator) implements Argument {
        /** The key of a name by FNV-1a: the same on every machine. */
        public static DropoutKey of(String name) {
            long hash = 0xcbf29ce484222325L;
            for (int i = 0; i < name.length(); i++) {
                hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
            }
            return new DropoutKey(hash);
        }
    }
}
