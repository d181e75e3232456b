package dev.ashlar.processor.op;

/** Element type of a tensor, relative to the precision of the plan. */
public enum Element {
    /** What the plan computes in: float32 or bfloat16. */
    COMPUTE,
    /** Always float32: losses, statistics. */
    FLOAT32,
    /** Always int64: ids. */
    INT64;

    /** Bytes of one element where the plan computes in elements of {@code computeBytes}. */
    public int bytes(int computeBytes) {
        return switch (this) {
            case COMPUTE -> computeBytes;
            case FLOAT32 -> 4;
            case INT64 -> 8;
        };
    }
}
