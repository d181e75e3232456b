package dev.ashlar.processor.op;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.DeviceKind;
import dev.ashlar.runtime.engine.Engine;
import dev.ashlar.runtime.engine.MemoryMeter;
import dev.ashlar.runtime.engine.Precision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A convolution never takes more than it says, and says little more than it takes, in 32 bits with stride 1 nothing more; needs JDK 22 and the
 * runtime's jar.
 */
class ConvolutionWorkspaceTest {
    private record Case(int batch, int channels, int side, int out, int kernel, int stride, boolean bias) {
        Attributes attributes() {
            return new TestAttributes(Map.of(
                    "out",
                    "o=" + out,
                    "kernel",
                    kernel,
                    "stride",
                    stride,
                    "padding",
                    kernel / 2,
                    "dilation",
                    1,
                    "groups",
                    1,
                    "bias",
                    bias));
        }

        TensorType x() {
            return type(batch, channels, side, side);
        }

        TensorType y() {
            int after = (side - 1) / stride + 1;
            return type(batch, out, after, after);
        }

        TensorType weight() {
            return type(out, channels, kernel, kernel);
        }

        private static TensorType type(int... sizes) {
            return new TensorType(Arrays.stream(sizes).mapToObj(Dim::of).toList(), Element.COMPUTE);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Precision.class,
            names = {"FP32", "BF16"})
    void isWhatTheAllocatorSees(Precision precision) {
        try (MemoryMeter meter = MemoryMeter.open()) {
            assumeTrue(meter.available(), "memory is not measured before JDK 22");
            assumeTrue(Avx512.isUsed(), "the workspace is derived for AVX-512");
            assumeTrue(precision == Precision.FP32 || Avx512.hasBfloat(), Avx512.NO_BFLOAT);
            List<String> wrong = new ArrayList<>();
            for (Case each : precision == Precision.FP32 ? all() : cases()) {
                try (PointerScope scope = new PointerScope();
                        Engine engine = Engine.open(DeviceKind.CPU, precision, Seed.of(1), false)) {
                    wrong.addAll(measure(each, precision, engine, meter));
                }
            }
            assertTrue(wrong.isEmpty(), () -> String.join("\n", wrong));
        }
    }

    private static List<Case> all() {
        List<Case> all = cases();
        all.addAll(plain());
        return all;
    }

    private static List<Case> cases() {
        Random random = new Random(5);
        int[] channels = {1, 3, 8, 16, 20, 32, 64, 128};
        List<Case> cases = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            cases.add(new Case(
                    8 << random.nextInt(3),
                    channels[random.nextInt(channels.length)],
                    7 + random.nextInt(22),
                    channels[1 + random.nextInt(channels.length - 1)],
                    1 + 2 * random.nextInt(3),
                    1 + random.nextInt(2),
                    random.nextBoolean()));
        }
        return cases;
    }

    /** Of stride 1; one image and many, few channels and many. */
    private static List<Case> plain() {
        Random random = new Random(7);
        int[] batches = {1, 1, 2, 3, 4, 8, 16, 32};
        int[] channels = {1, 2, 3, 4, 6, 8, 12, 16, 20, 32, 48, 64, 80};
        List<Case> cases = new ArrayList<>();
        for (int i = 0; i < 240; i++) {
            int kernel = random.nextInt(3) == 0 ? 5 : 3;
            cases.add(new Case(
                    batches[random.nextInt(batches.length)],
                    channels[random.nextInt(channels.length)],
                    kernel + 1 + random.nextInt(20),
                    channels[random.nextInt(channels.length)],
                    kernel,
                    1,
                    random.nextBoolean()));
        }
        return cases;
    }

    private static List<String> measure(Case c, Precision precision, Engine engine, MemoryMeter meter) {
        var scalar = precision == Precision.FP32 ? torch.ScalarType.Float : torch.ScalarType.BFloat16;
        int bytes = precision == Precision.FP32 ? 4 : 2;
        Tensor x = torch.ones(sizes(c.x())).to(scalar);
        Tensor weight = torch.ones(sizes(c.weight())).to(scalar);
        Tensor bias = torch.ones(c.out).to(scalar);
        long[] stride = {c.stride, c.stride};
        long[] padding = {c.kernel / 2, c.kernel / 2};
        long[] dilation = {1, 1};
        meter.resetPeak();
        Tensor y = c.bias
                ? engine.ops().conv2d(x, weight, bias, stride, padding, dilation, 1)
                : engine.ops().conv2d(x, weight, stride, padding, dilation, 1);
        long forward = meter.peakBytes() - meter.currentBytes();
        Tensor dy = torch.ones_like(y);
        meter.resetPeak();
        engine.ops().conv2dBackward(dy, x, weight, stride, padding, dilation, 1, true, true, c.bias);
        long backward = meter.peakBytes() - meter.currentBytes();
        meter.resetPeak();
        engine.ops().conv2dBackward(dy, x, weight, stride, padding, dilation, 1, false, true, c.bias);
        long parameters = meter.peakBytes() - meter.currentBytes();
        Work work = new Conv2dOperator()
                .work(c.attributes(), new Shapes(List.of(c.x()), List.of(c.weight()), List.of(c.y()), bytes));
        List<String> wrong = new ArrayList<>();
        boolean exact = precision == Precision.FP32 && c.stride == 1 && c.kernel > 1;
        compare(c, " forward", work.forwardWorkspaceBytes(), forward, exact, wrong);
        compare(c, " backward", work.backwardWorkspaceBytes(), backward, exact, wrong);
        compare(c, " without input", work.parameterWorkspaceBytes(), parameters, exact, wrong);
        return wrong;
    }

    private static long[] sizes(TensorType type) {
        return type.sizes().stream().mapToLong(Long::longValue).toArray();
    }

    private static void compare(
            Case c, String direction, long declared, long measured, boolean exact, List<String> wrong) {
        boolean wholeBlocks = c.channels % 16 == 0 && c.out % 16 == 0;
        if (declared < measured || exact && declared != measured || wholeBlocks && declared > 1.3 * measured + 65536) {
            wrong.add(c + direction + ": declared " + declared + ", measured " + measured);
        }
    }
}
