package dev.ashlar.processor.op;

/**
 * A tensor that a kernel returns.
 *
 * @param name suffix of its name in the written class: {@code "mean"} of {@code ln1} reads {@code ln1Mean}; empty for the operator's
 *     output itself
 * @param type shape and element type
 * @param view whether it may share the storage of the kernel's first tensor argument
 */
public record Result(String name, TensorType type, boolean view) {
    /** A tensor with storage of its own. */
    public static Result of(String name, TensorType type) {
        return new Result(name, type, false);
    }

    /** A tensor that may share storage with the first tensor argument. */
    public static Result view(String name, TensorType type) {
        return new Result(name, type, true);
    }
}
