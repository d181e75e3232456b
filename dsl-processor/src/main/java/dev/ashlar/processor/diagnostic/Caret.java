package dev.ashlar.processor.diagnostic;

/** Draws a caret under a place inside a text: no compiler can point inside a string. */
public final class Caret {
    private Caret() {}

    /** Two lines, each indented and led by a line break: the text, and a caret under the character at {@code offset}. */
    public static String under(String text, int offset) {
        return "\n    " + text + "\n    " + " ".repeat(Math.max(0, Math.min(offset, text.length()))) + "^";
    }
}
