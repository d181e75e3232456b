package dev.ashlar.processor.op;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A dimension rule: all there is to know about an operator's shapes and shardings. From it come shape inference and its errors, every
 * legal sharding, and where partial sums arise and pass. The grammar is in {@code docs/rules.md}.
 */
public final class Rule {
    /** What is shown of it where it makes no sense. */
    private final String text;

    private final List<RuleTensor> operands;
    private final List<RuleTensor> outputs;
    private final Map<String, RuleExpression> expressions;
    private final Map<String, Axis.Mark> marks;

    private Rule(RuleParser.Parsed parsed) {
        this.text = parsed.text();
        this.marks = RuleValidity.check(parsed);
        this.operands = List.copyOf(parsed.operands());
        this.outputs = List.copyOf(parsed.outputs());
        this.expressions = new LinkedHashMap<>(parsed.expressions());
    }

    /**
     * Parses a rule of the grammar in {@code docs/rules.md}.
     *
     * @throws RuleSyntaxException if it cannot be read or makes no sense
     */
    public static Rule parse(String text) {
        return new Rule(RuleParser.read(text));
    }

    /**
     * Infers all shapes.
     *
     * @param inputs shapes of the first operands; those of the others (parameters) follow
     * @param sizes axes and numbers that are known beforehand
     * @throws RuleMismatch if the shapes contradict the rule
     */
    public Inference infer(List<TensorType> inputs, Map<String, Dim> sizes) throws RuleMismatch {
        Rule flat = RuleRanks.flatten(this, inputs);
        return new RuleSolver(flat, sizes).solve(inputs, List.of());
    }

    /**
     * The same where some outputs are known as well, as they are of a shard: sizes that inputs alone leave open come from there.
     *
     * @throws RuleMismatch if the shapes contradict the rule
     */
    public Inference infer(List<TensorType> inputs, List<TensorType> outputs, Map<String, Dim> sizes)
            throws RuleMismatch {
        Rule flat = RuleRanks.flatten(this, inputs);
        return new RuleSolver(flat, sizes).solve(inputs, outputs);
    }

    /**
     * All shapes of one operator.
     *
     * @param operands dimensions of every operand, parameters included
     * @param outputs dimensions of every output
     * @param axes size of every axis, those behind a {@code *} numbered: {@code b0}, {@code b1}
     * @param flat the rule with every {@code *} written out in these numbered axes
     */
    public record Inference(List<List<Dim>> operands, List<List<Dim>> outputs, Map<String, Dim> axes, Rule flat) {
        /** Copies its collections. */
        public Inference {
            operands = List.copyOf(operands);
            outputs = List.copyOf(outputs);
            axes = Collections.unmodifiableMap(new TreeMap<>(axes)); // Map.copyOf has another order in every JVM
        }

        /** Number of elements of an axis: for one that {@link Rule#indexAxis} names, the bound that indices stay below. */
        public long size(String axis) {
            return new RuleExpression.Name(axis).value(axes);
        }
    }

    /** The operands: inputs, then parameters. */
    public List<RuleTensor> operands() {
        return operands;
    }

    /** The outputs. */
    public List<RuleTensor> outputs() {
        return outputs;
    }

    /** All axes of operands and outputs, in order of appearance. */
    public List<String> axes() {
        return tensors().flatMap(RuleTensor::axes).map(Axis::name).distinct().toList();
    }

    /** What sharding an axis means; the same wherever it stands. */
    public Axis.Mark mark(String axis) {
        return marks.getOrDefault(axis, Axis.Mark.NONE);
    }

    /** Whether the kernel is told the global offset of a shard of this axis. */
    public boolean needsOffset(String axis) {
        return tensors().flatMap(RuleTensor::axes).anyMatch(a -> a.name().equals(axis) && a.offset())
                || operands.stream()
                        .anyMatch(t -> t.indexAxis().filter(axis::equals).isPresent());
    }

    /** Whether an axis may be sharded: it is not marked {@code !} and comes first in every product it stands in. */
    public boolean shardable(String axis) {
        return mark(axis) != Axis.Mark.WHOLE
                && tensors()
                        .allMatch(t -> t.place(axis).isPresent()
                                || t.axes().noneMatch(a -> a.name().equals(axis)));
    }

    /** The axis that an operand's values are indices into: they lie in [0, its size). */
    public Optional<String> indexAxis(int operand) {
        return operands.get(operand).indexAxis();
    }

    Map<String, RuleExpression> expressions() {
        return expressions;
    }

    /** The rule with other tensors in place of its own, of the same number. */
    Rule with(List<RuleTensor> newOperands, List<RuleTensor> newOutputs) {
        return new Rule(new RuleParser.Parsed(text, newOperands, newOutputs, expressions, Map.of()));
    }

    private Stream<RuleTensor> tensors() {
        return Stream.of(operands, outputs).flatMap(Collection::stream);
    }

    /** The rule in its canonical form. */
    @Override
    public String toString() {
        List<String> sizes = new ArrayList<>();
        expressions.forEach((name, value) -> sizes.add(name + " = " + value));
        return join(operands) + " -> " + join(outputs) + (sizes.isEmpty() ? "" : "; " + String.join(", ", sizes));
    }

    private static String join(List<RuleTensor> tensors) {
        return tensors.stream().map(RuleTensor::toString).collect(Collectors.joining(", "));
    }
}
