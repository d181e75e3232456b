package dev.ashlar.processor.device;

/** The number format that a plan computes in. */
public enum NumberFormat {
    BF16(2),
    FP32(4);

    private final int bytes;

    NumberFormat(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one number. */
    public int bytes() {
        return bytes;
    }
}
