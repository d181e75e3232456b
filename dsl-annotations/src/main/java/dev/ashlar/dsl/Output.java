package dev.ashlar.dsl;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A result of the model or block.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Output {
    /** In a repeated block: the input that this output feeds in the next repetition. The sole output feeds the first parameter's port if this is left out. */
    String feeds() default "";

    /** In a repeated block: what becomes of an output that feeds nothing. */
    Collect collect() default Collect.LAST;
}
