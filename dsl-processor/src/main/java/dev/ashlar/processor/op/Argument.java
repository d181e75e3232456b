package dev.ashlar.processor.op;

import java.util.List;

/** What a kernel is called with: a tensor ({@link Handle}) or a literal. */
public interface Argument {
    /** A whole number. */
    static Argument of(long value) {
        return new Literal(value);
    }

    /** A real number. */
    static Argument of(double value) {
        return new Literal(value);
    }

    /** A flag. */
    static Argument of(boolean value) {
        return new Literal(value);
    }

    /** Whole numbers: written as {@code new long[] {…}}. */
    static Argument of(List<Long> values) {
        return new Literal(List.copyOf(values));
    }

    /** A text. */
    static Argument of(String value) {
        return new Literal(value);
    }

    /**
     * A literal.
     *
     * @param value {@code Long}, {@code Double}, {@code Boolean}, {@code String} or {@code List<Long>}
     */
    record Literal(Object value) implements Argument {}
}
