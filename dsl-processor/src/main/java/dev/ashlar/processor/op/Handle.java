package dev.ashlar.processor.op;

/** A tensor while an operator is lowered to kernels; made by builders, opaque to operators. */
public interface Handle extends Argument {
    /** Its shape and element type. */
    TensorType type();
}
