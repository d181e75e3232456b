package dev.ashlar.dsl;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Scaled dot-product attention. Ports: {@code q [b, h, s, e]}, {@code k [b, g, t, e]}, {@code v [b, g, t, f]}; h is a multiple of g.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface DotProductAttention {
    /** Whether a position sees only itself and earlier ones. */
    boolean causal() default false;

    /** Factor of the scores; 0 means {@code 1/sqrt(e)}. */
    double scale() default 0;
}
