package dev.ashlar.dsl;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Rotary position embedding (Su et al., 2021) of {@code x [b, h, s, e]}, halves rotated as in LLaMA.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Rope {
    /** Base of the frequencies. */
    double theta() default 10000;
}
