package dev.ashlar.dsl;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Multi-head attention: linears {@code q}, {@code k}, {@code v}, dot-product attention, and linear {@code out}.
 *
 * <p>Ports: {@code x}, and {@code memory} for keys and values from elsewhere.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Attention {
    /** Number of query heads. */
    String heads();

    /** Number of key and value heads; as many as query heads if left out. */
    String kvHeads() default "";

    /** Whether a position sees only itself and earlier ones. */
    boolean causal() default false;

    /** Whether queries and keys are rotated (rotary position embedding). */
    boolean rope() default false;

    /** Base of the rotation's frequencies. */
    double ropeTheta() default 10000;

    /** Whether the four linears have biases. */
    boolean bias() default true;
}
