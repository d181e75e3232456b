package dev.ashlar.processor.op;

import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.ModelException;
import java.util.Map;

/** The elements of an operator's annotation; size expressions are evaluated where the operator stands. */
public interface Attributes {
    /** Whether a text element was given, that is: is not empty. */
    boolean given(String element);

    /** Evaluates a size expression: {@code out = "4*d"} is {@code 4*d=3072}. Throws {@link ModelException} on a bad expression. */
    Dim size(String element);

    /** Evaluates a list of sizes, {@code sizes = "h=heads e=64"}. */
    Map<String, Dim> sizes(String element);

    /** A flag. */
    boolean flag(String element);

    /** A real number. */
    double real(String element);

    /** A whole number. */
    long whole(String element);

    /** A text, or the name of an enum constant. */
    String text(String element);

    /** An error on the value of this element, to be thrown; on the annotation itself if {@code element} is empty. */
    ModelException error(String element, Code code, String message);
}
