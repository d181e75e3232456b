package dev.ashlar.runtime.engine;

import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** A kernel, its backward kernels and the same function through autograd. Sizes are drawn when the case is made. */
abstract class KernelCase {
    private final String name;

    KernelCase(String name) {
        this.name = name;
    }

    /** What goes in: floats in 32 bits, of which gradients are checked, and integers. */
    abstract Tensor[] inputs(Draw draw);

    /** By libtorch's differentiable functions. */
    abstract Tensor reference(Tensor[] in);

    /** By the engine: the result, then one gradient an input, null for integers. */
    abstract @Nullable Tensor[] run(Ops ops, Tensor[] in, Tensor dy);

    @Override
    public String toString() {
        return name;
    }

    /** Closes the tensors between the result and the gradients. */
    static @Nullable Tensor[] results(Tensor[] saved, Tensor y, @Nullable Tensor... gradients) {
        for (Tensor tensor : saved) {
            tensor.close();
        }
        @Nullable Tensor[] all = new @Nullable Tensor[gradients.length + 1];
        all[0] = y;
        System.arraycopy(gradients, 0, all, 1, gradients.length);
        return all;
    }

    static @Nullable Tensor[] results(Tensor y, @Nullable Tensor... gradients) {
        return results(new Tensor[0], y, gradients);
    }
}
