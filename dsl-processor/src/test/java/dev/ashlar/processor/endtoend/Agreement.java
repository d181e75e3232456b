package dev.ashlar.processor.endtoend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The criterion of all comparisons: ‖a − b‖₂ ≤ 1e-6 · ‖b‖₂ against autograd in 32-bit floats. Where terms cancel, as in the gradient of a
 * key's bias, which is zero but for rounding, autograd itself is further from the truth than that; then a result passes that is about as
 * near to autograd in 64-bit floats as autograd in 32-bit floats is.
 */
final class Agreement {
    private static final double TOLERANCE = 1e-6;
    private static final double SLACK = 4;

    private Agreement() {}

    /**
     * @param expected by autograd in 32-bit floats
     * @param exact by autograd in 64-bit floats
     */
    static void assertClose(String what, Tensor actual, Tensor expected, Tensor exact) {
        assertArrayEquals(shape(expected), shape(actual), what);
        double error = distance(actual, expected);
        double size = norm(expected);
        if (error > TOLERANCE * size) {
            double rounding = distance(expected, exact);
            double own = distance(actual, exact);
            assertTrue(
                    own <= SLACK * rounding,
                    () -> what + ": " + error + " from autograd's, of size " + size + "; " + own
                            + " from the exact one, autograd " + rounding);
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
