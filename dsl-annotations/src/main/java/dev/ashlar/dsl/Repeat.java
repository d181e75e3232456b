package dev.ashlar.dsl;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Uses the block of the {@link Use} beside it several times, one after the other.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Repeat {
    /** How often: an expression, such as {@code "layers"}. */
    String value();

    /** Whether all repetitions share one set of parameters. */
    boolean shared() default false;
}
