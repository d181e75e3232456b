package dev.ashlar.processor.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.SampleModels;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TimelineTest {
    static Stream<Arguments> models() {
        return Stream.of(
                Arguments.of("mlp", SampleModels.mlp()),
                Arguments.of("mlp with SGD", SampleModels.mlp().optimizer("SGD")),
                Arguments.of(
                        "mlp mixed", SampleModels.mlp().precision("BF16_MIXED").optimizer("LION")),
                Arguments.of("mlp evaluated", SampleModels.mlp().evaluates()),
                Arguments.of("mlp half frozen", SampleModels.mlp().trainable("up.**")),
                Arguments.of("gpt 1", SampleModels.gpt(1)),
                Arguments.of("gpt 12", SampleModels.gpt(12)),
                Arguments.of("gpt, last layers", SampleModels.gpt(4).trainable("body.2.**", "body.3.**", "norm.**")),
                Arguments.of("gpt, first layer", SampleModels.gpt(4).trainable("body.0.**")),
                Arguments.of("shared and tied", SampleModels.sharedAndTied()),
                Arguments.of("cnn", SampleModels.cnn()),
                Arguments.of("several losses", SampleModels.severalLosses()),
                Arguments.of("sum", SampleModels.collecting("SUM")),
                Arguments.of("stack", SampleModels.collecting("STACK")),
                Arguments.of("last", SampleModels.collecting("LAST")),
                Arguments.of("flat", SampleModels.flat(300)),
                Arguments.of("nested", SampleModels.nested()));
    }

    /** The interpretation itself refuses what is freed twice, read too late or left behind. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("models")
    void everyTensorIsFreedOnce(String name, ModelSpecs model) {
        MemoryProfile profile = Timeline.of(model.program());
        assertTrue(profile.peakBytes() > profile.staticBytes());
        long most =
                profile.points().stream().mapToLong(MemoryPoint::bytes).max().orElseThrow();
        assertEquals(profile.peakBytes(), most);
        assertEquals(
                profile.peakBytes(),
                profile.atPeak().stream().mapToLong(MemoryGroup::bytes).sum());
    }

    /**
     * Two linears, batch 8, 4 to 16 to 2, SGD, 4 bytes a number. Parameters 64+16+32+2 = 114. Forward x 32, targets 16; up 128; relu 128
     * (up dies: relu's gradient reads its result); y 16; loss 1. Backward 1 for the loss' gradient, dy 16; weight gradient of y 32, bias
     * 2; d act 128; d up 128; gradients of up's weight 64 and bias 16.
     */
    @Test
    void handComputedMlp() {
        MemoryProfile profile = Timeline.of(SampleModels.mlp().optimizer("SGD").program());
        assertEquals(4 * 114, profile.parameterBytes());
        assertEquals(4 * 114, profile.gradientBytes());
        assertEquals(0, profile.optimizerBytes());
        Map<String, Long> numbers = profile.points().stream()
                .filter(p -> List.of("forward", "backward", "update").contains(p.phase()))
                .collect(Collectors.toMap(p -> p.phase() + " " + p.at(), p -> p.bytes() / 4 - 114));
        assertEquals(
                Map.ofEntries(
                        Map.entry("forward x", 32L),
                        Map.entry("forward targets", 32L + 16),
                        Map.entry("forward up", 48L + 128),
                        Map.entry("forward act", 48L + 128 + 128),
                        Map.entry("forward y", 48L + 128 + 16),
                        // The differences are the kernel's own: as many as there are outputs.
                        Map.entry("forward loss", 48L + 128 + 16 + 1 + 16),
                        Map.entry("backward dLoss", 193L + 1),
                        Map.entry("backward loss", 194L + 16),
                        // y and targets are gone, and so is the gradient of the loss: x, act, dy, loss stay.
                        Map.entry("backward y", 32L + 128 + 16 + 1 + 128 + 32 + 2),
                        Map.entry("backward act", 32L + 128 + 1 + 128 + 34 + 128),
                        // x stays until all kernels of the operator have run.
                        Map.entry("backward up", 32L + 1 + 128 + 34 + 64 + 16),
                        Map.entry("update optimizer", 114L)),
                numbers);
    }

    @Test
    void optimizerState() {
        long parameters = 114;
        assertEquals(
                4 * 2 * parameters + 4 * 4,
                Timeline.of(SampleModels.mlp().program()).optimizerBytes());
        MemoryProfile mixed =
                Timeline.of(SampleModels.mlp().precision("BF16_MIXED").program());
        assertEquals((2 + 4) * parameters, mixed.parameterBytes());
        assertEquals(4 * 2 * parameters + 4 * 4, mixed.optimizerBytes());
        assertEquals(2 * parameters, mixed.gradientBytes());
        MemoryProfile lion = Timeline.of(
                SampleModels.mlp().precision("BF16").optimizer("LION").program());
        assertEquals(2 * parameters, lion.optimizerBytes());
    }
}
