package dev.ashlar.processor.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.ModelException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an annotation says that cannot be: one sentence with a next step, on the very element. */
class BadAttributesTest {
    private static final Map<String, Object> CONV =
            Map.of("out", "c=8", "kernel", 3, "stride", 1, "padding", 0, "dilation", 1, "groups", 1);

    private static ModelException refused(String annotation, Map<String, Object> elements) {
        Operator operator = Catalogue.standard().operator(annotation).orElseThrow();
        return assertThrows(ModelException.class, () -> operator.signature(new TestAttributes(elements), 1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Dropout | p | 1 | p is 1.0, but must be at least 0 and below 1; 0.1 is a usual value",
                "Dropout | p | -0.1 | p is -0.1, but must be at least 0 and below 1; 0.1 is a usual value",
                "Dropout | p | NaN | p is NaN, but must be at least 0 and below 1; 0.1 is a usual value",
                "LayerNorm | eps | 0 | eps is 0.0, but must be a positive number; PyTorch's default is 1e-5",
                "RmsNorm | eps | -1 | eps is -1.0, but must be a positive number; LLaMA's is 1e-6",
                "Rope | theta | 0 | theta is 0.0, but must be a positive number; LLaMA's is 10000",
                "Scale | value | NaN | value is NaN, but must be a finite number; leave the operator out to pass the tensor on",
                "DotProductAttention | scale | -2 | scale is -2.0, but must not be negative; 0 stands for 1/sqrt(e)",
                "DotProductAttention | scale | Infinity | scale is Infinity, but must be a finite number; 0 stands for 1/sqrt(e)",
                "CrossEntropy | labelSmoothing | 1 | labelSmoothing is 1.0, but must be at least 0 and below 1; 0 turns smoothing off",
            })
    void realNumbers(String annotation, String element, double value, String message) {
        ModelException e = refused(annotation, Map.of(element, value));
        assertEquals(message, e.getMessage());
        assertEquals(Code.BAD_ATTRIBUTE, e.code());
        assertEquals(element, e.source().where());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "kernel | 0 | kernel is 0, but must be at least 1; 3 is a usual side",
                "stride | 0 | stride is 0, but must be at least 1; 1 moves the kernel by one pixel",
                "padding | -1 | padding is -1, but must be at least 0; 0 adds no border",
                "dilation | 0 | dilation is 0, but must be at least 1; 1 leaves no gaps between taps",
                "groups | 0 | groups is 0, but must be at least 1; 1 lets every output channel see every input channel",
                "groups | 3 | out: c=8 is not divisible by groups=3; choose a divisor of 8",
            })
    void convolution(String element, long value, String message) {
        Map<String, Object> elements = new HashMap<>(CONV);
        elements.put(element, value);
        ModelException e = refused("Conv2d", elements);
        assertEquals(message, e.getMessage());
        assertEquals(element, e.source().where());
    }

    @Test
    void groupsThatDoNotDivideTheChannels() {
        Map<String, Object> elements = new HashMap<>(CONV);
        elements.put("groups", 4);
        Signature signature = new Conv2dOperator().signature(new TestAttributes(elements), 1);
        TensorType x = RuleInferenceTest.type("batch=2 channels=6 9 9");
        RuleMismatch e = assertThrows(RuleMismatch.class, () -> signature.rule().infer(List.of(x), signature.sizes()));
        assertEquals("[batch=2, channels=6, 9, 9]: channels=6 is not divisible by groups=4", e.getMessage());
    }

    @Test
    void pooling() {
        ModelException e = refused("MaxPool2d", Map.of("kernel", 2, "stride", 2, "padding", 2));
        assertEquals("padding is 2, but may be at most half the kernel: kernel=2 allows up to 1", e.getMessage());
        assertEquals(
                "kernel is 0, but must be at least 1; 2 halves the image",
                refused("MaxPool2d", Map.of("kernel", 0)).getMessage());
    }

    @Test
    void batchNorm() {
        ModelException e = refused("BatchNorm2d", Map.of("eps", 1e-5, "momentum", 1.5));
        assertEquals(
                "momentum is 1.5, but the newest batch's share is at most 1; PyTorch's default is 0.1", e.getMessage());
        TensorType single = RuleInferenceTest.type("1 c=3 1 1");
        Shapes shapes = new Shapes(List.of(single), List.of(), List.of(single), 4);
        ModelException one = assertThrows(
                ModelException.class, () -> new BatchNorm2dOperator().check(new TestAttributes(Map.of()), shapes));
        assertTrue(one.getMessage().startsWith("x [1, c=3, 1, 1] has one value a channel"), one.getMessage());
    }

    @Test
    void tooFewPositions() {
        TensorType x = RuleInferenceTest.type("batch=2 seq=9 d=4");
        Attributes attributes = new TestAttributes(Map.of("rows", "context=8"));
        Shapes shapes = new Shapes(List.of(x), List.of(), List.of(x), 4);
        ModelException e =
                assertThrows(ModelException.class, () -> new PositionEmbeddingOperator().check(attributes, shapes));
        assertEquals(
                "x [batch=2, seq=9, d=4] has more positions than there are rows: context=8 must be at least seq=9",
                e.getMessage());
        assertEquals("rows", e.source().where());
    }

    @Test
    void oddHeadsDoNotRotate() {
        Signature signature = new RopeOperator().signature(new TestAttributes(Map.of("theta", 10000.0)), 1);
        TensorType x = RuleInferenceTest.type("2 heads=2 5 e=7");
        RuleMismatch e = assertThrows(RuleMismatch.class, () -> signature.rule().infer(List.of(x), signature.sizes()));
        assertEquals("[2, heads=2, 5, e=7]: e=7 is not divisible by 2", e.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "b s (h e -> b h s e | ')' is missing | 9",
                "b s d -> b s | 'd' is missing behind the arrow | 4",
                "b s -> b s d | 'd' is missing before the arrow | 11",
                "b s | '->' is missing | 3",
                "b s, d -> b s d | a pattern has one tensor on either side | 3",
                "b s+ -> b s | a pattern has names and parentheses only | 3",
                "~b s -> b s | a pattern has names and parentheses only | 0",
                "b* s -> b* s | a pattern has names and parentheses only | 1",
                "b 3 -> b 3 | give this dimension a name, and its size in 'sizes' | 2",
                "b s -> s b; s = 3 | sizes belong into 'sizes' | 10",
            })
    void rearrange(String pattern, String message, int caret) {
        ModelException e = refused("Rearrange", Map.of("value", pattern));
        assertEquals(
                "the pattern cannot be read: " + message + "; write it as in \"b s (h e) -> b h s e\"\n    " + pattern
                        + "\n    " + " ".repeat(caret) + "^",
                e.getMessage());
        assertEquals(Code.BAD_EXPRESSION, e.code());
        assertEquals("value", e.source().where());
    }

    @Test
    void rearrangeSizesOfNoAxis() {
        ModelException e = refused("Rearrange", Map.of("value", "b s (h e) -> b h s e", "sizes", "heads=4"));
        assertEquals("'heads' is no axis of \"b s (h e) -> b h s e\"; its axes are b, s, h, e", e.getMessage());
        assertEquals("sizes", e.source().where());
    }
}
