package dev.ashlar.dsl;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A part of a network that models and other blocks use by {@link Use}.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Block {
    /** Default sizes by name; a {@link Use} may pass others. A size that is given nowhere comes from the inputs' shapes. */
    String dims() default "";
}
