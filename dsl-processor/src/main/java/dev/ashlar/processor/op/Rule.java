package dev.ashlar.processor.op;

import java.util.List;
import java.util.Map;

/** A dimension rule. */
public final class Rule {
    private final String text;

    private Rule(String text) {
        this.text = text;
    }

    /** Parses a rule of the grammar in {@code docs/rules.md}. */
    public static Rule parse(String text) {
        return new Rule(text);
    }

    /**
     * Infers all shapes.
     *
     * @param inputs shapes of the first operands; those of the others (parameters) follow
     * @param sizes axes and numbers that are known beforehand
     * @throws RuleMismatch if the shapes contradict the rule
     */
    public Inference infer(List<TensorType> inputs, Map<String, Dim> sizes) {
        throw new IllegalStateException(text);
    }

    /**
     * All shapes of one operator.
     *
     * @param operands dimensions of every operand, parameters included
     * @param outputs dimensions of every output
     */
    public record Inference(List<List<Dim>> operands, List<List<Dim>> outputs) {}
}
