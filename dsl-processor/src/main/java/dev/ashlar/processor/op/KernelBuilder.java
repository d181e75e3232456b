package dev.ashlar.processor.op;

import java.util.List;

/** Lowers one operator to calls of the runtime's kernels, methods of {@code dev.ashlar.runtime.engine.Ops}. */
public interface KernelBuilder {
    /** The annotation's elements. */
    Attributes attributes();

    /** Number of inputs that are present. */
    int inputs();

    /** An input, in order of the ports, absent optional ones left out. */
    Handle input(int index);

    /** A parameter or buffer, in order of declaration. */
    Handle parameter(int index);

    /** Type of an output. */
    TensorType outputType(int index);

    /** A number that is different for every operator of the model and every repetition: the key of a dropout mask. */
    Argument key();

    /** Calls a kernel that returns one tensor. */
    default Handle call(String kernel, Result result, Argument... arguments) {
        return calls(kernel, List.of(result), arguments).get(0);
    }

    /** Calls a kernel that returns an array of tensors. */
    List<Handle> calls(String kernel, List<Result> results, Argument... arguments);
}
