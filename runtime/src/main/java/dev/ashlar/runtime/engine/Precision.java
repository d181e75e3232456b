package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.DType;

/** The type that operators compute in and the type that the optimizer updates. */
public enum Precision {
    /** All in 32-bit floats. */
    FP32(DType.FLOAT32, DType.FLOAT32),
    /** All in bfloat16, optimizer states included. */
    BF16(DType.BFLOAT16, DType.BFLOAT16),
    /** Operators in bfloat16; the optimizer updates 32-bit masters, which the bfloat16 values are rounded from. */
    BF16_MIXED(DType.BFLOAT16, DType.FLOAT32);

    private final DType compute;
    private final DType master;

    Precision(DType compute, DType master) {
        this.compute = compute;
        this.master = master;
    }

    /** The type of activations, gradients and of {@link Parameter#value()}. */
    public DType compute() {
        return compute;
    }

    /** The type of {@link Parameter#master()} and of the optimizer's states. */
    public DType master() {
        return master;
    }
}
