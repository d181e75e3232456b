package dev.ashlar.processor.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RuleParseTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "~b* m k+, ~k+ n -> b* m n",
                "b* k!, n k!, n -> b* n",
                "&x*, &x* -> x*",
                "b* @v+, ~v+ e -> b* e",
                "b (g r!) s^ e!, b g t! e!, b g t! f! -> b (g r!) s^ f!",
                "t* v< -> t*",
                "~t* v+, t* @v+ -> t*",
                "~t*+ -> ",
                "t*% v%, t*% @v -> ",
                "~b* k+, ~n k+, +n -> b* n",
                "b s^ d, p! d -> b s^ d",
                "&x* p! y, &x* q! y -> x* n! y; n = p + q",
                "b+ c h+ w+ -> c, c",
                "~x n! 3 -> x m! 3; m = (to - from)/2*3 - (1 - n)",
                "~b c+ h! w!, ~o c+ ky! kx! -> b o h'! w'!; h' = h - ky + 1, w' = w - kx + 1",
            })
    void writesWhatItRead(String rule) {
        assertEquals(rule, Rule.parse(rule).toString());
        assertEquals(rule, Rule.parse("  " + rule.replace(" ", "  ")).toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "b* m k, k n -> b* m n | 5 | 'k' is in no output: mark it '+' (sum), '<' (maximum), '%' (reduced inside) or '!' (never sharded)",
                "b s (h e -> b h s e | 9 | ')' is missing",
                "b s (h) -> b h s | 4 | parentheses hold a product of two or more axes",
                "b s d | 5 | '->' is missing",
                "b s[d -> b s | 3 | '[' is not expected here",
                "b s -> b s -> b | 11 | '->' is not expected here",
                "b b -> b | 0 | 'b' stands twice in one tensor",
                "b -> b c | 7 | 'c' comes from nowhere: it is in no operand",
                "b* -> b | 0 | 'b' stands with '*' and without",
                "b! -> b+ | 0 | 'b' is marked both '!' and '+'",
                "b+ -> b% | 0 | 'b' is marked both '+' and '%'",
                "b+ -> b | 0 | 'b' is marked '+' but is in every output",
                "&b -> b | 0 | '&' needs another operand with '&'; write '~'",
                "b @v -> b | 3 | '@v' indexes no axis of an operand",
                "b -> ~b | 2 | '~', '&' and a leading '+' belong to operands",
                "(b* c) -> b* c | 1 | 'b*' must stand outside of parentheses in an operand",
                "x* x0 -> x* x0 | 0 | 'x*' makes axes that other names of this rule collide with",
                "b 0 -> b | 2 | a size must be positive",
                "b 99999999999999999999 -> b | 2 | the number is too large",
                "b -> c; c = | 11 | a name is missing",
                "b! -> c; c 2 | 11 | '=' is missing",
                "b! -> c; c = b, c = 2 | 16 | 'c' is given twice",
                "b -> b; n = b | 8 | 'n' is given a size but stands in no tensor",
                "b! -> c; c = (b | 15 | ')' is missing",
            })
    void refusesAndSaysWhere(String rule, int offset, String message) {
        RuleSyntaxException e = assertThrows(RuleSyntaxException.class, () -> Rule.parse(rule));
        assertEquals(message, e.getMessage());
        assertEquals(offset, e.offset(), rule);
    }

    @Test
    void drawsACaretUnderThePlace() {
        RuleSyntaxException e = assertThrows(RuleSyntaxException.class, () -> Rule.parse("b ? -> b"));
        assertEquals("    b ? -> b\n      ^", e.drawn());
    }

    @Test
    void tellsWhatMayBeSharded() {
        Rule attention = Rule.parse("b (g r!) s^ e!, b g t! e!, b g t! f! -> b (g r!) s^ f!");
        assertEquals(List.of("b", "g", "r", "s", "e", "t", "f"), attention.axes());
        assertTrue(attention.shardable("g"));
        assertTrue(attention.shardable("s"));
        assertTrue(attention.needsOffset("s"));
        assertFalse(attention.needsOffset("g"));
        assertFalse(attention.shardable("r"));
        assertFalse(attention.shardable("t"));
        assertEquals(Optional.of(1), attention.operands().get(0).place("g"));
        assertEquals(Optional.empty(), attention.operands().get(0).place("t"));
        Rule heads = Rule.parse("~b s (h e) -> b h s e");
        assertTrue(heads.shardable("h"));
        assertFalse(heads.shardable("e"));
        assertEquals(RuleTensor.Linearity.ALONE, heads.operands().get(0).linearity());
    }

    @Test
    void tellsWhichOperandHoldsIndices() {
        Rule embedding = Rule.parse("b* @v+, ~v+ e -> b* e");
        assertEquals(Optional.of("v"), embedding.indexAxis(0));
        assertEquals(Optional.empty(), embedding.indexAxis(1));
        assertEquals(Axis.Mark.SUM, embedding.mark("v"));
        assertTrue(embedding.needsOffset("v"));
        assertEquals(Optional.empty(), embedding.operands().get(0).place("v"));
    }
}
