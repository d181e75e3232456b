package dev.ashlar.processor.pointwise;

/** A function of single elements. The runtime has one of the same name, in CUDA C and as a call of libtorch. */
public enum Function {
    /** {@code a + b}. */
    ADD("add", 1),
    /** {@code a · b}. */
    MULTIPLY("multiply", 1),
    /** {@code x} times a constant. */
    SCALE("scale", 1),
    /** {@code x / (1 - p)}, or 0 where a hash of the element's index says so. */
    DROPOUT("dropout", 11),
    /** Gaussian error linear unit, exactly. */
    GELU("gelu", 8),
    /** The same in its tanh form. */
    GELU_TANH("geluTanh", 8),
    /** {@code max(x, 0)}. */
    RELU("relu", 1),
    /** {@code x · sigmoid(x)}. */
    SILU("silu", 4),
    /** Hyperbolic tangent. */
    TANH("tanh", 1),
    /** {@code 1 / (1 + exp(-x))}. */
    SIGMOID("sigmoid", 4),
    /** Of the result's gradient and {@code x}. */
    GELU_GRADIENT("geluGradient", 13),
    /** Of the result's gradient and {@code x}. */
    GELU_TANH_GRADIENT("geluTanhGradient", 13),
    /** Of the result's gradient and the result. */
    RELU_GRADIENT("reluGradient", 1),
    /** Of the result's gradient and {@code x}. */
    SILU_GRADIENT("siluGradient", 8),
    /** Of the result's gradient and the result. */
    TANH_GRADIENT("tanhGradient", 3),
    /** Of the result's gradient and the result. */
    SIGMOID_GRADIENT("sigmoidGradient", 3);

    private final String text;
    private final int flops;

    Function(String text, int flops) {
        this.text = text;
        this.flops = flops;
    }

    /** Its name in kernels. */
    String text() {
        return text;
    }

    /** Operations for an element. */
    int flops() {
        return flops;
    }
}
