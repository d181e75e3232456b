package dev.ashlar.dsl;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Batch normalisation of every channel (Ioffe and Szegedy, 2015). Port: {@code x [b, c, h, w]}. Parameters: {@code weight},
 * {@code bias}; buffers: {@code running_mean}, {@code running_var}.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface BatchNorm2d {
    /** Added to the variance. */
    double eps() default 1e-5;

    /** Weight of the newest batch in the running statistics. */
    double momentum() default 0.1;
}
