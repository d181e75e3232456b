package dev.ashlar.processor.pointwise;

import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** A function of one element of each of several tensors of one shape. Equal terms have equal values. */
public sealed interface Term {
    /** An element of a tensor. */
    sealed interface Leaf extends Term {}

    /** Of an input, by its index. */
    record Input(int index) implements Leaf {}

    /** Of the gradient of the result. */
    record Gradient() implements Leaf {}

    /** Of the result, where its gradient reads it. */
    record Result() implements Leaf {}

    /**
     * A function of terms.
     *
     * @param constant a scale's factor, or a dropout's probability
     */
    record Apply(Function function, List<Term> arguments, OptionalDouble constant) implements Term {
        /** Copies the list. */
        public Apply {
            arguments = List.copyOf(arguments);
        }
    }

    /** A function of terms. */
    static Term of(Function function, Term... arguments) {
        return new Apply(function, List.of(arguments), OptionalDouble.empty());
    }

    /** A scale or a dropout. */
    static Term of(Function function, double constant, Term argument) {
        return new Apply(function, List.of(argument), OptionalDouble.of(constant));
    }

    /** The same of other inputs. */
    default Term with(UnaryOperator<Term> inputs) {
        if (this instanceof Input) {
            return inputs.apply(this);
        }
        return this instanceof Apply apply
                ? new Apply(
                        apply.function(),
                        apply.arguments().stream().map(a -> a.with(inputs)).toList(),
                        apply.constant())
                : this;
    }

    /** The same where nothing is dropped. */
    default Term evaluated() {
        if (!(this instanceof Apply apply)) {
            return this;
        }
        return apply.function() == Function.DROPOUT
                ? apply.arguments().get(0).evaluated()
                : new Apply(
                        apply.function(),
                        apply.arguments().stream().map(Term::evaluated).toList(),
                        apply.constant());
    }

    /** Whether it reads a tensor. */
    default boolean reads(Leaf leaf) {
        return equals(leaf)
                || this instanceof Apply apply && apply.arguments().stream().anyMatch(a -> a.reads(leaf));
    }

    /** The inputs that it reads, ascending. */
    default Set<Integer> inputs() {
        if (this instanceof Input input) {
            return Set.of(input.index());
        }
        return this instanceof Apply apply
                ? apply.arguments().stream()
                        .flatMap(a -> a.inputs().stream())
                        .collect(Collectors.toCollection(TreeSet::new))
                : Set.of();
    }

    /** How many of its functions are this one. */
    default int count(Function function) {
        return this instanceof Apply apply
                ? (apply.function() == function ? 1 : 0)
                        + apply.arguments().stream()
                                .mapToInt(a -> a.count(function))
                                .sum()
                : 0;
    }

    /** Operations for an element. */
    default int flops() {
        return this instanceof Apply apply
                ? apply.function().flops()
                        + apply.arguments().stream().mapToInt(Term::flops).sum()
                : 0;
    }
}
