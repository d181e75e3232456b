package dev.ashlar.processor.op;

import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.ModelException;

/** Ranges of attributes. */
final class Checks {
    private Checks() {}

    /** A real number above 0. */
    static double positive(Attributes attributes, String element, String advice) {
        double value = attributes.real(element);
        if (!(value > 0) || Double.isInfinite(value)) {
            throw bad(attributes, element, element + " is " + value + ", but must be a positive number; " + advice);
        }
        return value;
    }

    /** A real number of at least 0 and below 1. */
    static double share(Attributes attributes, String element, String advice) {
        double value = attributes.real(element);
        if (!(value >= 0 && value < 1)) {
            throw bad(
                    attributes, element, element + " is " + value + ", but must be at least 0 and below 1; " + advice);
        }
        return value;
    }

    /** A finite real number. */
    static double finite(Attributes attributes, String element, String advice) {
        double value = attributes.real(element);
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            throw bad(attributes, element, element + " is " + value + ", but must be a finite number; " + advice);
        }
        return value;
    }

    /** A whole number of at least {@code least}. */
    static long atLeast(Attributes attributes, String element, long least, String advice) {
        long value = attributes.whole(element);
        if (value < least) {
            throw bad(
                    attributes, element, element + " is " + value + ", but must be at least " + least + "; " + advice);
        }
        return value;
    }

    /** An error on an attribute. */
    static ModelException bad(Attributes attributes, String element, String message) {
        return attributes.error(element, Code.BAD_ATTRIBUTE, message);
    }
}
