package dev.ashlar.dsl;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Division by the root mean square of the last dimension (Zhang and Sennrich, 2019). Port: {@code x}. Parameter: {@code weight}.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface RmsNorm {
    /** Added to the variance. */
    double eps() default 1e-6;
}
