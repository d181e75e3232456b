package dev.ashlar.processor.op;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * An einops-like pattern, {@code "b s (h e) -> b h s e"}: each axis stands once on either side.
 *
 * @param rule its dimension rule
 */
record RearrangePattern(Rule rule) {
    /**
     * Reads a pattern.
     *
     * @throws RuleSyntaxException if it cannot be read, or an axis is on one side only
     */
    static RearrangePattern parse(String text) {
        RuleParser.Parsed parsed = RuleParser.read(text);
        requirePlain(parsed);
        Set<String> before = names(parsed.operands());
        Set<String> after = names(parsed.outputs());
        for (String axis : parsed.places().keySet()) {
            if (!before.contains(axis) || !after.contains(axis)) {
                String side = before.contains(axis) ? "behind" : "before";
                throw parsed.error(axis, "'" + axis + "' is missing " + side + " the arrow");
            }
        }
        RuleTensor operand = parsed.operands().get(0);
        RuleTensor output = parsed.outputs().get(0);
        Set<String> alone = Stream.concat(alone(operand), alone(output)).collect(Collectors.toSet());
        return new RearrangePattern(Rule.parse("~" + marked(operand, alone) + " -> " + marked(output, alone)));
    }

    private static void requirePlain(RuleParser.Parsed parsed) {
        int arrow = parsed.text().indexOf("->");
        if (parsed.operands().size() != 1 || parsed.outputs().size() != 1) {
            throw new RuleSyntaxException(
                    "a pattern has one tensor on either side",
                    parsed.text(),
                    parsed.text().indexOf(','));
        }
        if (!parsed.expressions().isEmpty()) {
            throw new RuleSyntaxException(
                    "sizes belong into 'sizes'", parsed.text(), parsed.text().indexOf(';'));
        }
        for (RuleTensor tensor :
                List.of(parsed.operands().get(0), parsed.outputs().get(0))) {
            boolean plain = tensor.linearity() == RuleTensor.Linearity.NONE
                    && tensor.axes().allMatch(a -> a.mark() == Axis.Mark.NONE && !a.offset() && !a.repeated())
                    && tensor.dims().stream().noneMatch(RuleDim.Index.class::isInstance);
            if (!plain) {
                throw new RuleSyntaxException("a pattern has names and parentheses only", parsed.text(), mark(parsed));
            }
            for (RuleDim dim : tensor.dims()) {
                if (dim instanceof RuleDim.Fixed fixed && fixed.size() != 1) {
                    throw new RuleSyntaxException(
                            "give this dimension a name, and its size in 'sizes'",
                            parsed.text(),
                            Math.max(0, parsed.text().indexOf(Long.toString(fixed.size()), 0)));
                }
            }
        }
        if (arrow != parsed.text().lastIndexOf("->")) {
            throw new RuleSyntaxException("a pattern has one arrow", parsed.text(), arrow);
        }
    }

    private static int mark(RuleParser.Parsed parsed) {
        String text = parsed.text().replace("->", "  ");
        return (int) text.chars().takeWhile(c -> "~&@!+<^*".indexOf(c) < 0).count();
    }

    private static Set<String> names(List<RuleTensor> tensors) {
        return tensors.stream().flatMap(RuleTensor::axes).map(Axis::name).collect(Collectors.toSet());
    }

    private static Stream<String> alone(RuleTensor tensor) {
        return tensor.dims().stream()
                .filter(d -> d instanceof RuleDim.Product p && p.axes().size() == 1)
                .flatMap(d -> ((RuleDim.Product) d).axes().stream())
                .map(Axis::name);
    }

    /** A shard of an axis that is a factor on both sides has no size that its tensors tell: such an axis stays whole. */
    private static RuleTensor marked(RuleTensor tensor, Set<String> alone) {
        return new RuleTensor(
                tensor.linearity(),
                tensor.dims().stream().map(d -> marked(d, alone)).toList());
    }

    private static RuleDim marked(RuleDim dim, Set<String> alone) {
        if (!(dim instanceof RuleDim.Product product)) {
            return dim;
        }
        return new RuleDim.Product(product.axes().stream()
                .map(a -> alone.contains(a.name()) ? a : new Axis(a.name(), false, Axis.Mark.WHOLE, false))
                .toList());
    }

    /**
     * How the runtime does it: view as {@code split}, permute by {@code order}, view or copy as {@code merge}.
     *
     * @param split size of every axis in the input's order
     * @param order for every axis in the output's order, where it is in the input's
     * @param merge sizes of the output
     */
    record Moves(List<Long> split, List<Long> order, List<Long> merge) {
        /** The moves back to a tensor of these sizes. */
        Moves back(List<Long> sizes) {
            List<Long> swapped =
                    order.stream().map(i -> split.get(i.intValue())).toList();
            List<Long> inverse = LongStream.range(0, order.size())
                    .mapToObj(i -> (long) order.indexOf(i))
                    .toList();
            return new Moves(swapped, inverse, sizes);
        }
    }

    /** The moves for an input, or shard of one, whose output is known. */
    Moves moves(TensorType input, TensorType output, Map<String, Dim> sizes) {
        Map<String, Dim> whole = new HashMap<>(sizes);
        whole.keySet().removeIf(rule::shardable);
        Rule.Inference axes;
        try {
            axes = rule.infer(List.of(input), List.of(output), whole);
        } catch (RuleMismatch e) {
            throw new IllegalStateException(rule + " of " + input + ": " + e.getMessage(), e);
        }
        List<String> from = rule.operands().get(0).axes().map(Axis::name).toList();
        List<String> to = rule.outputs().get(0).axes().map(Axis::name).toList();
        return new Moves(
                from.stream().map(a -> axes.size(a)).toList(),
                to.stream().map(a -> (long) from.indexOf(a)).toList(),
                output.sizes());
    }
}
