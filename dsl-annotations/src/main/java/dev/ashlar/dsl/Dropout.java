package dev.ashlar.dsl;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Zeroes elements at random while training and scales the rest by {@code 1/(1-p)}. Port: {@code x}.
 *
 * <p>The mask is a hash of seed, step, operator and global index: the same on every mesh.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Dropout {
    /** Probability that an element becomes 0. */
    double p() default 0.1;
}
