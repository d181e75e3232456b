package dev.ashlar.dsl;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Shares parameters with another operator: {@code "weight=wte.weight"}. On a {@link Use}, the name of another use of the same block.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Tied {
    /** What is shared with what. */
    String[] value();
}
