package dev.ashlar.runtime.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.Seed;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kernel and its backward kernels against libtorch's autograd, on seeded random sizes. */
class KernelTest {
    private static final int DRAWS = 8;
    private static final double MOST = 10;
    private static final double FACTOR = 3;

    static Stream<KernelCase> cases() {
        return Stream.of(
                        LinearCases.all(),
                        NormCases.all(),
                        AttentionCases.all(),
                        PointwiseCases.all(),
                        ImageCases.all(),
                        LossCases.all())
                .flatMap(List::stream);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithAutograd(KernelCase kernel) {
        for (int seed = 0; seed < DRAWS; seed++) {
            compare(kernel, seed, Precision.FP32, 1e-6);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesInBfloat16(KernelCase kernel) {
        for (int seed = 0; seed < 2; seed++) {
            compare(kernel, seed, Precision.BF16, 2e-2);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void leavesNoPointers(KernelCase kernel) {
        try (PointerScope scope = new PointerScope();
                Engine engine = Engine.open(DeviceKind.CPU, Precision.FP32, Seed.of(1), true)) {
            Draw draw = new Draw(3);
            Tensor[] in = kernel.inputs(draw);
            Tensor dy = gradientFor(kernel.reference(in), draw);
            Tensors.close(kernel.run(engine.ops(), in, dy));
            try (LiveCount count = new LiveCount()) {
                for (int i = 0; i < 100; i++) {
                    Tensors.close(kernel.run(engine.ops(), in, dy));
                }
                assertTrue(count.made() >= 100);
                assertEquals(0, count.live());
            }
        }
    }

    private static void compare(KernelCase kernel, long seed, Precision precision, double tolerance) {
        try (PointerScope scope = new PointerScope();
                Engine engine = Engine.open(DeviceKind.CPU, precision, Seed.of(seed), false)) {
            Draw draw = new Draw(seed);
            Tensor[] in = kernel.inputs(draw);
            for (int i = 0; i < in.length; i++) {
                in[i] = in[i].is_floating_point() ? in[i].to(Tensors.torchType(precision.compute())) : in[i];
            }
            Tensor[] leaves = leaves(in, ScalarType.Float);
            Tensor y = kernel.reference(leaves);
            Tensor dy = gradientFor(y, draw);
            y.backward(dy, new BoolOptional(), false, new TensorArrayRefOptional());
            Tensor[] exact = leaves(in, ScalarType.Double);
            Tensor exactY = kernel.reference(exact);
            exactY.backward(dy.to(exactY.scalar_type()), new BoolOptional(), false, new TensorArrayRefOptional());
            Tensor rounded = y.dim() == 0 ? dy : dy.to(Tensors.torchType(precision.compute()));

            @Nullable Tensor[] got = kernel.run(engine.ops(), in, rounded);
            assertEquals(in.length + 1, got.length);
            assertClose(kernel + " forward", got[0], y, exactY, tolerance);
            for (int i = 0; i < in.length; i++) {
                if (in[i].is_floating_point()) {
                    Tensor gradient = got[i + 1];
                    assertNotNull(gradient);
                    assertEquals(Tensors.type(in[i]), Tensors.type(gradient));
                    assertClose(kernel + " gradient " + i, gradient, leaves[i].grad(), exact[i].grad(), tolerance);
                }
            }
            Tensors.close(got);
        }
    }

    /** What autograd sees: the same numbers in 32-bit floats, so that bfloat16 is compared with something better, or in 64-bit ones. */
    private static Tensor[] leaves(Tensor[] in, ScalarType type) {
        return Stream.of(in)
                .map(each -> each.is_floating_point() ? each.to(type).clone().set_requires_grad(true) : each)
                .toArray(Tensor[]::new);
    }

    private static Tensor gradientFor(Tensor y, Draw draw) {
        return y.dim() == 0 ? torch.ones().mul(new org.bytedeco.pytorch.Scalar(0.75)) : draw.normal(Tensors.shape(y));
    }

    /**
     * Near autograd in 32 bits; where that itself is far from 64 bits, as some processors' exponentials are, as near to those as it is, but for
     * a factor, and never ten times as far as the tolerance.
     */
    private static void assertClose(
            String what, @Nullable Tensor actual, Tensor expected, Tensor exact, double tolerance) {
        assertNotNull(actual, what);
        assertArrayEquals(Tensors.shape(expected), Tensors.shape(actual), what);
        double size = norm(expected);
        double error = distance(actual, expected);
        boolean close = error <= tolerance * size
                || error <= MOST * tolerance * size && distance(actual, exact) <= FACTOR * distance(expected, exact);
        assertTrue(
                close,
                () -> what + ": error " + error + " of " + size + "; from 64 bits " + distance(actual, exact)
                        + ", autograd " + distance(expected, exact));
    }

    private static double distance(Tensor one, Tensor other) {
        return norm(one.to(ScalarType.Double).sub(other.detach().to(ScalarType.Double)));
    }

    private static double norm(Tensor tensor) {
        return torch.linalg_vector_norm(tensor.detach().to(ScalarType.Double)).item_double();
    }
}
