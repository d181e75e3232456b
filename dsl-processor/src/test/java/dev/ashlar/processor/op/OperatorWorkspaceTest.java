package dev.ashlar.processor.op;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.DeviceKind;
import dev.ashlar.runtime.engine.Engine;
import dev.ashlar.runtime.engine.MemoryMeter;
import dev.ashlar.runtime.engine.Precision;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The memory that operators say their kernels take beside their results, against the allocator; needs JDK 22 and the runtime's jar. */
class OperatorWorkspaceTest {
    /** Of the operator's tensors, since how kernels cut up small ones varies: too little breaks a budget, too much wastes some. */
    private static final double TOO_LITTLE = 0.15;

    private static final double TOO_MUCH = 0.3;

    private static final long SLACK_BYTES = 1 << 16;

    /**
     * But those of several functions of single elements: they are in plans of CUDA alone, where their kernel takes nothing beside; here
     * libtorch's kernels run one after the other.
     */
    static List<Arguments> cases() {
        return OperatorCases.all().stream()
                .filter(c ->
                        c.made().filter(PointwiseOperator.class::isInstance).isEmpty())
                .flatMap(c -> Stream.of(Precision.FP32, Precision.BF16).map(p -> Arguments.of(c, p)))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isWhatTheAllocatorSees(OperatorCase operatorCase, Precision precision) {
        try (MemoryMeter meter = MemoryMeter.open()) {
            assumeTrue(meter.available(), "memory is not measured before JDK 22");
            assumeTrue(precision == Precision.FP32 || Avx512.hasBfloat(), Avx512.NO_BFLOAT);
            for (int unit : new int[] {8, 16}) {
                measure(operatorCase, precision, unit, meter);
            }
        }
    }

    private static void measure(OperatorCase operatorCase, Precision precision, int unit, MemoryMeter meter) {
        try (PointerScope scope = new PointerScope();
                Engine engine = Engine.open(DeviceKind.CPU, precision, Seed.of(1), false)) {
            Draw draw = new Draw(4, unit);
            Instance instance = new Instance(operatorCase, draw, engine);
            int computeBytes = precision == Precision.FP32 ? 4 : 2;
            Work work = instance.operator.work(instance.attributes, instance.shapes(computeBytes));
            instance.live().forward(); // tables and one-time buffers
            LiveOperator live = instance.live();
            meter.resetPeak();
            Tensor output = live.forward().get(0);
            long forward = meter.peakBytes() - meter.currentBytes();
            long tensors = bytes(output)
                    + instance.operands.stream()
                            .mapToLong(OperatorWorkspaceTest::bytes)
                            .sum();
            assertClose(
                    operatorCase + " forward, " + precision,
                    work.forwardWorkspaceBytes(),
                    forward + grouped(instance, 1, 1),
                    tensors);
            Tensor gradient = OperatorGradientTest.gradientFor(output, draw).to(output.scalar_type());
            List<Boolean> needed = IntStream.range(0, instance.operands.size())
                    .mapToObj(instance::differentiable)
                    .toList();
            live.gradients(List.of(gradient), needed);
            meter.resetPeak();
            live.gradients(List.of(gradient), needed);
            long backward = meter.peakBytes() - meter.currentBytes();
            long copied = isPlainAttention(instance) ? bytes(gradient) : 0;
            assertClose(
                    operatorCase + " backward, " + precision,
                    work.backwardWorkspaceBytes(),
                    backward
                            - copied
                            + grouped(
                                    instance, 2,
                                    0), // here, unlike behind @Attention's merged heads, the gradient has other strides
                    // than the output
                    tensors + bytes(output));
        }
    }

    /** Copies of grouped heads, of queries and of keys and values, that are made behind @Attention but not of the tensors here. */
    private static long grouped(Instance instance, int ofQueries, int ofKeys) {
        if (!instance.operatorCase.annotation().equals("DotProductAttention")
                || instance.operands.get(0).size(1) == instance.operands.get(1).size(1)) {
            return 0;
        }
        Tensor q = instance.operands.get(0);
        long elements = ofQueries * q.numel()
                + ofKeys
                        * (instance.operands.get(1).numel()
                                + instance.operands.get(2).numel());
        return q.element_size() == Float.BYTES && q.size(0) > 1 ? elements * Float.BYTES : 0;
    }

    private static boolean isPlainAttention(Instance instance) {
        return instance.operatorCase.annotation().equals("DotProductAttention")
                && instance.operands.get(0).size(1) == instance.operands.get(1).size(1)
                && instance.operands.get(0).element_size() == Float.BYTES;
    }

    private static long bytes(Tensor tensor) {
        return tensor.numel() * tensor.element_size();
    }

    private static void assertClose(String what, long declared, long measured, long tensors) {
        boolean close = measured - declared <= TOO_LITTLE * tensors + SLACK_BYTES
                && declared - measured <= TOO_MUCH * tensors + SLACK_BYTES;
        assertTrue(close, () -> what + ": declared " + declared + ", measured " + measured + " beside " + tensors);
    }
}
