package dev.ashlar.processor.graph;

import dev.ashlar.processor.op.KernelBuilder;
import dev.ashlar.processor.op.Rule;
import dev.ashlar.processor.op.RuleMismatch;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The values that ids of an input may have, from the operators that read it: by their rules its values are indices into an axis.
 *
 * @param bound ids are below it; empty if nothing reads the input as ids
 * @param alsoAllowed a value outside the range that means: does not count
 */
public record IdRange(OptionalLong bound, OptionalLong alsoAllowed) {
    private static final IdRange ANY = new IdRange(OptionalLong.empty(), OptionalLong.empty());

    /** The values of an input of a scope: those that all its readers allow. */
    public static IdRange of(Scope scope, Value input) {
        IdRange range = ANY;
        for (Node node : scope.nodes()) {
            for (int i = 0; i < node.inputs().size(); i++) {
                if (node.inputs().get(i) == input) {
                    range = range.and(read(scope, node, i));
                }
            }
        }
        return range;
    }

    private static IdRange read(Scope scope, Node node, int input) {
        if (node instanceof UseNode use) {
            return of(use.scope(), use.scope().inputs().get(input).value());
        }
        return node instanceof CopyNode copy ? of(scope, copy.copy()) : of((OperatorNode) node, input);
    }

    private static IdRange of(OperatorNode node, int operand) {
        Rule rule = node.signature().rule();
        Optional<String> axis = rule.indexAxis(operand);
        if (axis.isEmpty()) {
            return ANY;
        }
        try {
            long part = rule.infer(
                            node.inputs().stream().map(Value::type).toList(),
                            node.signature().sizes())
                    .size(axis.get());
            long size = node.part()
                    .flatMap(p -> Optional.ofNullable(p.shards().get(axis.get())))
                    .map(KernelBuilder.Shard::wholeSize)
                    .orElse(part);
            return new IdRange(OptionalLong.of(size), node.operator().ignoredId(node.attributes(), operand));
        } catch (RuleMismatch e) {
            throw new IllegalStateException("the shapes of " + node.name() + " were inferred before", e);
        }
    }

    private IdRange and(IdRange other) {
        if (bound.isEmpty()) {
            return other;
        }
        if (other.bound.isEmpty()) {
            return this;
        }
        return new IdRange(
                OptionalLong.of(Math.min(bound.getAsLong(), other.bound.getAsLong())),
                alsoAllowed.equals(other.alsoAllowed) ? alsoAllowed : OptionalLong.empty());
    }
}
