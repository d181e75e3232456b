package dev.ashlar.processor.op;

import java.util.List;
import java.util.Optional;

/** Lowers one operator to calls of the runtime's kernels, methods of {@code dev.ashlar.runtime.engine.Ops}. */
public interface KernelBuilder {
    /** The annotation's elements. */
    Attributes attributes();

    /** Number of inputs that are present. */
    int inputs();

    /** An input, in order of the ports, absent optional ones left out. */
    Handle input(int index);

    /** Type of an input; asking for it, unlike asking for {@link #input}, saves nothing for backward. */
    TensorType inputType(int index);

    /** A parameter or buffer, in order of declaration. */
    Handle parameter(int index);

    /** Type of an output. */
    TensorType outputType(int index);

    /** The shard of an axis of the operator's rule, numbered behind a {@code *}; empty where the axis is whole, as it is on one device. */
    default Optional<Shard> shard(String axis) {
        return Optional.empty();
    }

    /**
     * Part of an axis.
     *
     * @param offset index of its first element in the whole axis
     * @param wholeSize size of the whole axis
     */
    record Shard(Argument offset, long wholeSize) {}

    /**
     * This device's part of a tensor; empty where it is whole.
     *
     * @param axes of the operator's rule, one for each dimension of the tensor
     */
    default Optional<Region> region(List<String> axes) {
        return Optional.empty();
    }

    /**
     * Part of a tensor.
     *
     * @param offset row-major index of its first element in the whole tensor
     * @param whole sizes of the whole tensor
     */
    record Region(Argument offset, List<Long> whole) {
        /** Copies the list. */
        public Region {
            whole = List.copyOf(whole);
        }
    }

    /** 0 for the kernel of the signature's rule, then those of {@link Operator#furtherRules}. */
    default int kernel() {
        return 0;
    }

    /** Whether this device's addend of the first output is the first of all; true where the output is no sum over devices. */
    default Argument firstAddend() {
        return Argument.of(true);
    }

    /** The devices that share any of these axes of the operator's rule with this one, for kernels that reduce inside. */
    default Argument peers(List<String> axes) {
        throw new IllegalStateException("there is one device");
    }

    /** A number that is different for every operator of the model and every repetition: the key of a dropout mask. */
    Argument key();

    /** The same of an operator by its name, which this one stands for. */
    Argument key(String operator);

    /** Calls a kernel that returns one tensor. */
    default Handle call(String kernel, Result result, Argument... arguments) {
        return calls(kernel, List.of(result), arguments).get(0);
    }

    /** Calls a kernel that returns an array of tensors. */
    List<Handle> calls(String kernel, List<Result> results, Argument... arguments);
}
