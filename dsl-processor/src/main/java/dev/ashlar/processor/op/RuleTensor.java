package dev.ashlar.processor.op;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An operand or output of a rule.
 *
 * @param linearity whether partial sums pass from here to the outputs
 * @param dims its items in order
 */
public record RuleTensor(Linearity linearity, List<RuleDim> dims) {
    /** Whether partial sums pass. */
    public enum Linearity {
        /** They do not. */
        NONE(""),
        /** They do if this operand alone is partial ({@code ~}). */
        ALONE("~"),
        /** They do if all operands marked like this are partial ({@code &}). */
        JOINT("&"),
        /** An addend of the outputs ({@code +}): where they are partial sums, the first device alone adds it. */
        ADDEND("+");

        private final String text;

        Linearity(String text) {
            this.text = text;
        }

        /** The mark as rules write it. */
        @Override
        public String toString() {
            return text;
        }
    }

    /** Copies the list. */
    public RuleTensor {
        dims = List.copyOf(dims);
    }

    /** The items that are dimensions, in order; an item with {@code *} is any number of them. */
    public List<RuleDim> shape() {
        return dims.stream().filter(d -> !(d instanceof RuleDim.Index)).toList();
    }

    /** The axis that the values are indices into. */
    public Optional<String> indexAxis() {
        return dims.stream()
                .filter(RuleDim.Index.class::isInstance)
                .map(d -> ((RuleDim.Index) d).axis())
                .findFirst();
    }

    /** All axes in order, those inside products too. */
    public Stream<Axis> axes() {
        return dims.stream()
                .filter(RuleDim.Product.class::isInstance)
                .flatMap(d -> ((RuleDim.Product) d).axes().stream());
    }

    /** The dimension that shards an axis: the one it comes first in. */
    public Optional<Integer> place(String axis) {
        List<RuleDim> shape = shape();
        for (int i = 0; i < shape.size(); i++) {
            if (shape.get(i) instanceof RuleDim.Product p
                    && p.axes().get(0).name().equals(axis)) {
                return Optional.of(i);
            }
        }
        return Optional.empty();
    }

    /** The shape in the rule's letters: {@code "[b, c, h, w]"}. */
    String pattern() {
        return shape().stream().map(RuleTensor::plain).collect(Collectors.joining(", ", "[", "]"));
    }

    private static String plain(RuleDim dim) {
        return dim.toString().replaceAll("[!+<%^]", "").replaceAll("(\\w+)\\*", "$1…");
    }

    /** The tensor as rules write it: {@code "~b* m k+"}. */
    @Override
    public String toString() {
        return linearity + dims.stream().map(RuleDim::toString).collect(Collectors.joining(" "));
    }
}
