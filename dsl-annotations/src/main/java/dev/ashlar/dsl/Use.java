package dev.ashlar.dsl;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Uses a block as one operator. Its outputs are read as {@code @In("use.output")}, a sole output by the method's name alone.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Use {
    /** The block. */
    Class<?> value();

    /** Sizes for the block, evaluated here: {@code "ff=4*d heads=heads"}. */
    String dims() default "";
}
