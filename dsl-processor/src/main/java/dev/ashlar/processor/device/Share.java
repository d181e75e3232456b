package dev.ashlar.processor.device;

/**
 * How much of the roofline's rate an operator's kernels were seen to reach, products of matrices left out.
 *
 * @param forward more than 0 and at most 1
 * @param backward the same
 */
public record Share(double forward, double backward) {
    /** What the roofline says. */
    public static final Share WHOLE = new Share(1, 1);

    /** Validates the shares. */
    public Share {
        if (!(forward > 0 && forward <= 1) || !(backward > 0 && backward <= 1)) {
            throw new IllegalArgumentException("a share of the roofline is above 0 and at most 1");
        }
    }
}
