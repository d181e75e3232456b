package dev.ashlar.dsl;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A matrix product over the last dimension: {@code y = x·weightᵀ + bias}.
 *
 * <p>Port: {@code x}. Parameters: {@code weight [out, in]}, {@code bias [out]}.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Linear {
    /** Size of the output's last dimension. */
    String out();

    /** Whether a bias is added. */
    boolean bias() default true;
}
