package dev.ashlar.dsl;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How a plan trains. On a plan it replaces the model's.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Train {
    /** The update rule. */
    Optimizer optimizer() default Optimizer.ADAMW;

    /** The number format. */
    Precision precision() default Precision.FP32;

    /** Patterns of the parameters that are trained, such as {@code "**"}, {@code "head.**"}; the rest is frozen. {@code *} stands for one part of a name, {@code **} for any number. */
    String[] trainable() default "**";

    /** Patterns of parameters without weight decay, beside biases and norms, which never have it. */
    String[] noDecay() default {};

    /** Whether the step may clip the gradient's norm; the limit is a run-time setting. */
    boolean clipping() default false;
}
