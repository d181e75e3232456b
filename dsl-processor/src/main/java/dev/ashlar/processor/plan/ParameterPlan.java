package dev.ashlar.processor.plan;

import dev.ashlar.processor.op.TensorType;
import dev.ashlar.processor.program.ModelParameter;
import dev.ashlar.processor.shard.Layout;

/**
 * How a parameter or buffer is stored.
 *
 * @param part what one device has of it
 * @param whole shape and element type of all of it
 * @param storage its layout
 * @param optimizerStorage layout of its optimizer state
 * @param keepGathered whether what forward has gathered of it stays for backward
 * @param gradientBytes of its gradient on one device; 0 if it has none of its own
 */
public record ParameterPlan(
        ModelParameter part,
        TensorType whole,
        Layout storage,
        Layout optimizerStorage,
        boolean keepGathered,
        long gradientBytes) {
    /** Its full name. */
    public String name() {
        return part.name();
    }
}
