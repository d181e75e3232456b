package dev.ashlar.processor.op;

/** Initial values of a parameter. */
public sealed interface Initial {
    /** The same value everywhere. */
    record Constant(double value) implements Initial {}

    /** Normally distributed around 0. */
    record Normal(double standardDeviation) implements Initial {}

    /** Uniform in [-bound, bound). */
    record Uniform(double bound) implements Initial {}
}
