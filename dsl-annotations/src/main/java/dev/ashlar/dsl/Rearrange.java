package dev.ashlar.dsl;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Splits, reorders and merges dimensions, as in einops: {@code "b s (h e) -> b h s e"}.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Rearrange {
    /** The pattern. */
    String value();

    /** Sizes of the parts that the pattern cannot know: {@code "h=heads"}. */
    String sizes() default "";
}
