package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.OperatorNode;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What is needed outside training, beside parameters and states. An evaluation makes all outputs at once of a head that training runs as one
 * with its loss, a chunk at a time; it takes the head's input and weight as training does. How much that is is a variable of its own, which
 * passes from the first piece, where it counts, to that of the head, which may need no more.
 */
final class OutsideTraining {
    /** Of more amounts no more is said than the least: searches list blocks for each of them. */
    private static final int MOST_LEVELS = 16;

    private final int piece;
    private final List<List<Long>> bytes;
    private final Optional<OperatorNode> head;
    private final List<Long> levels;
    private final Variable variable;

    private OutsideTraining(int piece, Optional<OperatorNode> head, List<List<Long>> bytes) {
        this.piece = piece;
        this.head = head;
        this.bytes = bytes.stream().map(List::copyOf).toList();
        levels = levels(bytes);
        variable = new Variable("outside training", levels.size());
    }

    /** The same bytes whatever is chosen. */
    static OutsideTraining always(long bytes) {
        return new OutsideTraining(0, Optional.empty(), List.of(List.of(bytes)));
    }

    /**
     * The bytes that a head needs.
     *
     * @param piece that trains it
     * @param head operator of the skeleton
     * @param bytes by strategy, then by way to store its parameters
     */
    static OutsideTraining of(int piece, OperatorNode head, List<List<Long>> bytes) {
        return new OutsideTraining(piece, Optional.of(head), bytes);
    }

    /** What is needed whatever is chosen. */
    OutsideTraining atLeast() {
        return always(levels.get(0));
    }

    private static List<Long> levels(List<List<Long>> bytes) {
        TreeSet<Long> levels = new TreeSet<>();
        bytes.forEach(levels::addAll);
        return List.copyOf(levels);
    }

    /** Whether it depends on what is chosen, in a way that can be told. */
    boolean isChosen() {
        return levels.size() > 1 && levels.size() <= MOST_LEVELS;
    }

    /** What passes from a piece to the next. */
    List<Variable> crossing(int before) {
        return before >= 0 && before < piece && variable.labels() > 1 ? List.of(variable) : List.of();
    }

    /** What a piece is the first to know. */
    List<Variable> from(int number) {
        return number == 0 && variable.labels() > 1 ? List.of(variable) : List.of();
    }

    /** The operator that decides, if a piece has it. */
    Optional<OperatorNode> head(int number) {
        return head.filter(h -> number == piece);
    }

    Variable variable() {
        return variable;
    }

    /** Bytes by label of the variable, ascending. */
    List<Long> levels() {
        return levels;
    }

    /** Whether a head needs no more than a label says. */
    boolean isEnough(int label, int strategy, int stored) {
        List<Long> ways = bytes.get(strategy);
        return stored < ways.size() && ways.get(stored) <= levels.get(label);
    }
}
