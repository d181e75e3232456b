package dev.ashlar.dsl;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Layer normalisation over the last dimension (Ba et al., 2016). Port: {@code x}. Parameters: {@code weight}, {@code bias}.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface LayerNorm {
    /** Added to the variance. */
    double eps() default 1e-5;

    /** Whether a bias is added. */
    boolean bias() default true;
}
