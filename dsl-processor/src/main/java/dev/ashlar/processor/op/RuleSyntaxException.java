package dev.ashlar.processor.op;

/** A rule or pattern that cannot be read. */
public final class RuleSyntaxException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String text;
    private final int offset;

    /**
     * @param message what is wrong, as the end of a sentence
     * @param text the whole rule
     * @param offset where, counted from 0
     */
    public RuleSyntaxException(String message, String text, int offset) {
        super(message);
        this.text = text;
        this.offset = offset;
    }

    /** Where, counted from 0 from the start of the rule. */
    public int offset() {
        return offset;
    }

    /** The rule with a caret under the place, on two indented lines. */
    public String drawn() {
        return "    " + text + "\n    " + " ".repeat(offset) + "^";
    }
}
