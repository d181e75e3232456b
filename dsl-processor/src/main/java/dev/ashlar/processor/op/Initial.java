package dev.ashlar.processor.op;

/** Initial values of a parameter. */
public sealed interface Initial {
    /** The same value everywhere. */
    record Constant(double value) implements Initial {}

    /** Normally distributed around 0. */
    record Normal(double standardDeviation) implements Initial {}

    /** Uniform in [-bound, bound). */
    record Uniform(double bound) implements Initial {}

    /**
     * Uniform within {@code 1/sqrt(f)}, as PyTorch fills linears and convolutions: f is the number of inputs of one output, the elements
     * of a row of the operator's first parameter. Shapes are not known where this is declared: see {@link #resolved}.
     */
    record FanIn() implements Initial {}

    /** The values once shapes are known; never a {@link FanIn}. */
    default Initial resolved(TensorType firstParameter) {
        return this instanceof FanIn
                ? new Uniform(1 / Math.sqrt((double) firstParameter.elements() / firstParameter.size(0)))
                : this;
    }
}
