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
            Tensor[] leaves = leaves(in);
            Tensor y = kernel.reference(leaves);
            Tensor dy = gradientFor(y, draw);
            y.backward(dy, new BoolOptional(), false, new TensorArrayRefOptional());
            Tensor rounded = y.dim() == 0 ? dy : dy.to(Tensors.torchType(precision.compute()));

            @Nullable Tensor[] got = kernel.run(engine.ops(), in, rounded);
            assertEquals(in.length + 1, got.length);
            assertClose(kernel + " forward", got[0], y, tolerance);
            for (int i = 0; i < in.length; i++) {
                if (in[i].is_floating_point()) {
                    Tensor gradient = got[i + 1];
                    assertNotNull(gradient);
                    assertEquals(Tensors.type(in[i]), Tensors.type(gradient));
                    assertClose(kernel + " gradient " + i, gradient, leaves[i].grad(), tolerance);
                }
            }
            Tensors.close(got);
        }
    }

    /** What autograd sees: the same numbers in 32-bit floats, so that bfloat16 is compared with something better. */
    private static Tensor[] leaves(Tensor[] in) {
        return Stream.of(in)
                .map(each -> each.is_floating_point()
                        ? each.to(ScalarType.Float).clone().set_requires_grad(true)
                        : each)
                .toArray(Tensor[]::new);
    }

    private static Tensor gradientFor(Tensor y, Draw draw) {
        return y.dim() == 0 ? torch.ones().mul(new org.bytedeco.pytorch.Scalar(0.75)) : draw.normal(Tensors.shape(y));
    }

    private static void assertClose(String what, @Nullable Tensor actual, Tensor expected, double tolerance) {
        assertNotNull(actual, what);
        assertArrayEquals(Tensors.shape(expected), Tensors.shape(actual), what);
        Tensor reference = expected.detach().to(ScalarType.Double);
        double error = torch.linalg_vector_norm(actual.to(ScalarType.Double).sub(reference))
                .item_double();
        double size = torch.linalg_vector_norm(reference).item_double();
        assertTrue(error <= tolerance * size, () -> what + ": error " + error + " of " + size);
    }
}
