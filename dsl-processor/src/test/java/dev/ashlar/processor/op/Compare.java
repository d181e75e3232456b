package dev.ashlar.processor.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** ‖a − b‖₂ ≤ tolerance · ‖b‖₂, and autograd. */
final class Compare {
    private Compare() {}

    static void close(String what, Tensor actual, Tensor expected, double tolerance) {
        assertArrayEquals(LiveKernels.shape(expected), LiveKernels.shape(actual), what);
        Tensor reference = expected.detach().to(ScalarType.Double);
        double error = norm(actual.detach().to(ScalarType.Double).sub(reference));
        double size = norm(reference);
        assertTrue(error <= tolerance * size, () -> what + ": error " + error + " of " + size);
    }

    private static double norm(Tensor tensor) {
        return torch.linalg_vector_norm(tensor).item_double();
    }

    /** A copy of its own, of which autograd makes the gradient if it holds floats. */
    static Tensor leaf(Tensor tensor) {
        Tensor copy = tensor.detach().clone();
        return copy.is_floating_point() ? copy.set_requires_grad(true) : copy;
    }

    static void backward(Tensor output, Tensor gradient) {
        output.backward(gradient, new BoolOptional(), false, new TensorArrayRefOptional());
    }
}
