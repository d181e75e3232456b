package dev.ashlar.dsl;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says which tensor a parameter reads, or to which port it goes, where its own name does not.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.PARAMETER)
public @interface In {
    /** The tensor: {@code "edge"} or {@code "block.output"}. The parameter's name if left out. */
    String value() default "";

    /** The port: {@code "memory"}, {@code "mask"}. */
    String to() default "";
}
