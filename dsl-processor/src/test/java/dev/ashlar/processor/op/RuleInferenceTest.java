package dev.ashlar.processor.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RuleInferenceTest {
    private static final Map<String, Dim> NONE = Map.of();

    /** {@code "batch=2 3"}: a named dimension and one without name. */
    static TensorType type(String dims) {
        List<Dim> list = Arrays.stream(dims.split(" "))
                .filter(d -> !d.isEmpty())
                .map(d -> d.contains("=")
                        ? new Dim(d.substring(0, d.indexOf('=')), Long.parseLong(d.substring(d.indexOf('=') + 1)))
                        : Dim.of(Long.parseLong(d)))
                .toList();
        return new TensorType(list, Element.COMPUTE);
    }

    private static Rule.Inference infer(String rule, Map<String, Dim> sizes, String... inputs) throws RuleMismatch {
        return Rule.parse(rule)
                .infer(Arrays.stream(inputs).map(RuleInferenceTest::type).toList(), sizes);
    }

    private static void assertShape(String expected, List<Dim> dims) {
        assertEquals(expected, new TensorType(dims, Element.COMPUTE).toString());
    }

    private static RuleMismatch mismatch(String rule, Map<String, Dim> sizes, String... inputs) {
        return assertThrows(RuleMismatch.class, () -> infer(rule, sizes, inputs));
    }

    @Test
    void parametersFollowFromInputsAndSizes() throws RuleMismatch {
        Rule.Inference i =
                infer("b* k!, n k!, n -> b* n", Map.of("n", new Dim("4*d", 3072)), "batch=16 seq=1024 d=768");
        assertShape("[4*d=3072, d=768]", i.operands().get(1));
        assertShape("[4*d=3072]", i.operands().get(2));
        assertShape("[batch=16, seq=1024, 4*d=3072]", i.outputs().get(0));
        assertEquals("b0 b1 k!, n k!, n -> b0 b1 n", i.flat().toString());
        assertEquals(new Dim("seq", 1024), i.axes().get("b1"));
    }

    @Test
    void repeatedAxesMayBeNone() throws RuleMismatch {
        assertShape(
                "[n=5]",
                infer("~b* k+, ~n k+ -> b* n", Map.of("n", new Dim("n", 5)), "3")
                        .outputs()
                        .get(0));
        assertShape("[]", infer("&x*, &x* -> x*", NONE, "", "").outputs().get(0));
        assertShape(
                "[]",
                infer("t*! v!, t*! @v -> ", NONE, "4 7 11", "4 7").outputs().get(0));
    }

    @Test
    void namesComeFromWhoeverHasOne() throws RuleMismatch {
        assertShape(
                "[batch=2, d=3]",
                infer("&x*, &x* -> x*", NONE, "batch=2 3", "2 d=3").outputs().get(0));
    }

    @Test
    void solvesOneUnknownFactorAndMergesAgain() throws RuleMismatch {
        String split = "~b s (h e) -> b h s e";
        Rule.Inference i = infer(split, Map.of("h", new Dim("heads", 12)), "2 5 d=768");
        assertShape("[2, heads=12, 5, d/heads=64]", i.outputs().get(0));
        assertShape(
                "[2, 5, h*e=60]",
                infer("~b h s e -> b s (h e)", NONE, "2 h=12 5 e=5").outputs().get(0));
        assertShape(
                "[b=2, 24]",
                infer("~b c x*! -> b (c x*!)", NONE, "b=2 2 3 4").outputs().get(0));
        assertShape(
                "[b=2, c=4]",
                infer("~b c x*! -> b (c x*!)", NONE, "b=2 c=4").outputs().get(0));
    }

    @Test
    void aFactorMayBeKnownFromAnotherOperand() throws RuleMismatch {
        String attention = "b (g r!) s! e!, b g t! e!, b g t! f! -> b (g r!) s! f!";
        Rule.Inference i = infer(attention, NONE, "2 8 5 16", "2 2 7 16", "2 2 7 6");
        assertShape("[2, 8, 5, 6]", i.outputs().get(0));
        assertEquals(4, i.axes().get("r").size());
        RuleMismatch e = mismatch(attention, NONE, "2 heads=8 5 16", "2 kv=3 7 16", "2 kv=3 7 6");
        assertEquals("[2, heads=8, 5, 16]: heads=8 is not divisible by kv=3", e.getMessage());
        assertEquals(0, e.operand());
    }

    @Test
    void evaluatesExpressionsAndRoundsDown() throws RuleMismatch {
        String conv = "~b c+ h! w!, ~o c+ y! x! -> b o h'! w'!; h' = (h + 2 - y)/2 + 1, w' = (w + 2 - x)/2 + 1";
        Map<String, Dim> sizes = Map.of("o", new Dim("out", 6), "y", Dim.of(3), "x", Dim.of(3));
        Rule.Inference i = infer(conv, sizes, "batch=2 3 28 27");
        assertShape("[out=6, 3, 3, 3]", i.operands().get(1));
        assertShape("[batch=2, out=6, 14, 14]", i.outputs().get(0));
        assertShape(
                "[9]",
                infer("&p!, &q! -> n!; n = p + q", NONE, "4", "5").outputs().get(0));
    }

    @Test
    void saysWhatIsTooSmall() {
        RuleMismatch e = mismatch("b h! -> b g!; g = (h - 5)/2 + 1", NONE, "batch=2 3");
        assertEquals(
                "[batch=2, 3] is too small: the result would have size (h - 5)/2 + 1 = 0 with h=3", e.getMessage());
    }

    @Test
    void shardsOfOutputsTellFactors() throws RuleMismatch {
        Rule split = Rule.parse("~b s (h e) -> b h s e");
        Rule.Inference i = split.infer(List.of(type("2 5 32")), List.of(type("2 4 5 8")), NONE);
        assertEquals(8, i.axes().get("e").size());
    }

    @Test
    void mismatchNamesBothOperandsAndShapes() {
        RuleMismatch e = mismatch("&x*, &x* -> x*", NONE, "batch=16 d=768", "batch=16 e=512");
        assertEquals("[batch=16, e=512] and [batch=16, d=768]: e=512 is not d=768", e.getMessage());
        assertEquals(1, e.operand());
        assertEquals(0, e.other());
    }

    @Test
    void ranksMustAgree() {
        RuleMismatch both = mismatch("&x*, &x* -> x*", NONE, "batch=16 d=768", "d=768");
        assertEquals(
                "[d=768] does not have the number of dimensions that goes with [batch=16, d=768]", both.getMessage());
        assertEquals(1, both.operand());
        assertEquals(0, both.other());
        RuleMismatch alone = mismatch("~b c h! w! -> b c", NONE, "batch=2 9");
        assertEquals("[batch=2, 9] has 2 dimensions, but 4 are needed: [b, c, h, w]", alone.getMessage());
        assertEquals(alone.operand(), alone.other());
        assertEquals(
                "[] has 0 dimensions, but at least 1 are needed: [b…, v]",
                mismatch("b* v! -> b* v!", NONE, "").getMessage());
    }

    @Test
    void sizesOfTheAnnotationBind() {
        RuleMismatch e = mismatch("~b n! -> b n!", Map.of("n", new Dim("out", 5)), "2 d=4");
        assertEquals("[2, d=4]: d=4 must be out=5", e.getMessage());
        assertEquals("[2, 4]: 4 must be 3", mismatch("~b 3 -> b 3", NONE, "2 4").getMessage());
        assertEquals(
                "[2, d=768]: d=768 is not divisible by heads=10",
                mismatch("~b (h e) -> b h e", Map.of("h", new Dim("heads", 10)), "2 d=768")
                        .getMessage());
        assertEquals(
                "[d=768]: d=768 must be 12 times 65",
                mismatch("~(h e) -> h e", Map.of("h", Dim.of(12), "e", Dim.of(65)), "d=768")
                        .getMessage());
    }

    @Test
    void ambiguousFactorsNeedASize() {
        assertEquals(
                "[d=768]: the factors 'h' and 'e' of d=768 cannot be told apart; give the size of all but one",
                mismatch("~(h e) -> h e", NONE, "d=768").getMessage());
    }

    @Test
    void overflowIsAMismatch() {
        assertEquals(
                "the sizes are too large: a tensor would have more than 2^63 elements",
                mismatch("~a b c -> (a b c)", NONE, "4000000000 4000000000 4000000000")
                        .getMessage());
    }
}
