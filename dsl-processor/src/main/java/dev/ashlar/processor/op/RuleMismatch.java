package dev.ashlar.processor.op;

/** Shapes that contradict a rule. */
public final class RuleMismatch extends Exception {
    private static final long serialVersionUID = 1L;

    private final int operand;
    private final int other;

    /**
     * @param operand index of the operand that does not fit
     * @param other index of the operand that it contradicts, or the same index if it contradicts the rule alone
     * @param message the contradiction in words, without the operands' names
     */
    public RuleMismatch(int operand, int other, String message) {
        super(message, null, false, false);
        this.operand = operand;
        this.other = other;
    }

    /** Index of the operand that does not fit. */
    public int operand() {
        return operand;
    }

    /** Index of the operand that it contradicts, or {@link #operand()}. */
    public int other() {
        return other;
    }
}
