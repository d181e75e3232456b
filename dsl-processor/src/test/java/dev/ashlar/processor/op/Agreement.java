package dev.ashlar.processor.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The criterion of all comparisons: ‖a − b‖₂ ≤ 1e-6 · ‖b‖₂ against autograd in 32-bit floats. Whole models can be less well conditioned than
 * that: autograd itself may then be further from autograd in 64-bit floats. A result also passes if it is not six times as far from that as
 * autograd in 32-bit floats is, and ‖a − b‖₂ ≤ 1e-5 · ‖b‖₂; sums in another order are that much apart, on some processors. A gradient may be zero but for rounding, as that of a key's bias is: it moves all
 * scores of a row alike, which softmax does not see. How far two roundings of zero are from each other depends on the processor; such a gradient
 * is measured by that of the weight beside it.
 */
public final class Agreement {
    private static final double TOLERANCE = 1e-6;
    private static final double ILL_CONDITIONED = 1e-5;
    private static final double SLACK = 6;

    private Agreement() {}

    /**
     * @param expected by autograd in 32-bit floats
     * @param exact by autograd in 64-bit floats
     */
    public static void assertClose(String what, Tensor actual, Tensor expected, Tensor exact) {
        assertClose(what, actual, expected, exact, expected);
    }

    /**
     * @param beside measures what is zero but for rounding
     */
    public static void assertClose(String what, Tensor actual, Tensor expected, Tensor exact, Tensor beside) {
        assertArrayEquals(shape(expected), shape(actual), what);
        double error = distance(actual, expected);
        double size = norm(expected);
        if (error > TOLERANCE * size) {
            double rounding = distance(expected, exact);
            double own = distance(actual, exact);
            boolean zero = norm(exact) <= TOLERANCE * size;
            assertTrue(
                    own <= SLACK * rounding && (zero || error <= ILL_CONDITIONED * size)
                            || zero && own <= TOLERANCE * norm(beside),
                    () -> what + ": " + error + " from autograd's, of size " + size + "; " + own
                            + " from the exact one, autograd " + rounding + "; beside it " + norm(beside));
        }
    }

    private static double distance(Tensor a, Tensor b) {
        return norm(a.detach().to(ScalarType.Double).sub(b.detach().to(ScalarType.Double)));
    }

    private static double norm(Tensor tensor) {
        return torch.linalg_vector_norm(tensor.detach().to(ScalarType.Double)).item_double();
    }

    private static long[] shape(Tensor tensor) {
        long[] shape = new long[(int) tensor.dim()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = tensor.size(i);
        }
        return shape;
    }
}
