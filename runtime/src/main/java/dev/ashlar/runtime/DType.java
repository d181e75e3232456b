package dev.ashlar.runtime;

/** The type of a tensor's elements. */
public enum DType {
    FLOAT32(4, true),
    BFLOAT16(2, true),
    FLOAT16(2, true),
    FLOAT64(8, true),
    INT64(8, false),
    INT32(4, false),
    BOOL(1, false);

    private final int bytes;
    private final boolean floating;

    DType(int bytes, boolean floating) {
        this.bytes = bytes;
        this.floating = floating;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** Whether elements are floating-point numbers. */
    public boolean floating() {
        return floating;
    }
}
