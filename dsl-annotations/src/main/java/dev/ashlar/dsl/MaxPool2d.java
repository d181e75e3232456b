package dev.ashlar.dsl;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Largest value of every window. Port: {@code x [b, c, h, w]}.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface MaxPool2d {
    /** Side of the window. */
    int kernel();

    /** Step of the window; its side if 0. */
    int stride() default 0;

    /** Border around the image. */
    int padding() default 0;
}
