package dev.ashlar.processor.op;

/**
 * Lowers an operator's gradient. What is read here is what forward saves: reading {@link #input} saves the input, reading {@link
 * #output} the output. Kernels for gradients that nobody needs are not to be called.
 */
public interface GradientBuilder extends KernelBuilder {
    /** Gradient of an output; outputs without one do not get here. Losses, too: a scalar tensor. */
    Handle outputGradient(int index);

    /** An output of forward. */
    Handle output(int index);

    /** A tensor that forward kept. */
    Handle kept(String name);

    /** Whether the gradient of an input is needed. */
    boolean needsInput(int index);

    /** Whether the gradient of a parameter is needed. */
    boolean needsParameter(int index);

    /** States the gradient of an input; the output's gradient itself may be passed on. */
    void inputGradient(int index, Handle gradient);

    /** States the gradient of a parameter. */
    void parameterGradient(int index, Handle gradient);
}
