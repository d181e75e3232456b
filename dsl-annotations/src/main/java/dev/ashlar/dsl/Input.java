package dev.ashlar.dsl;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A tensor that the batch or, in a block, the user of the block provides.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Input {
    /** Names or expressions of the sizes: {@code "batch seq 4*d"}. */
    String shape();

    /** Type of the elements. */
    DType dtype() default DType.FLOAT32;
}
