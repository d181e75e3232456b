package dev.ashlar.runtime.calibrate;

import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * One operator at one size.
 *
 * @param kind as plans name it
 * @param operatorBytes of its inputs and outputs together, parameters left out
 * @param forward makes its results
 * @param forwardFloor what the roofline says it takes
 * @param backward makes its gradients; makes nothing where that costs nothing
 * @param backwardFloor what the roofline says they take
 */
record Probe(
        String kind,
        long operatorBytes,
        Supplier<@Nullable Tensor[]> forward,
        Floor forwardFloor,
        Supplier<@Nullable Tensor[]> backward,
        Floor backwardFloor) {

    /**
     * The two sides of a roofline.
     *
     * @param flops as the operator's class in the compiler counts them
     * @param bytes of all tensors that its kernels read and write
     */
    record Floor(double flops, double bytes) {
        static final Floor NONE = new Floor(0, 0);

        static Floor bytes(double bytes) {
            return new Floor(0, bytes);
        }

        double seconds(double flopsPerSecond, double bytesPerSecond) {
            return Math.max(flops / flopsPerSecond, bytes / bytesPerSecond);
        }
    }
}
