package dev.ashlar.dsl;

/** The number format a plan computes in. */
public enum Precision {
    /** Everything in 32-bit floats. */
    FP32,

    /** Everything in bfloat16, parameters and optimizer state included. */
    BF16,

    /** Computed in bfloat16; parameters have 32-bit masters, which the optimizer updates. */
    BF16_MIXED
}
