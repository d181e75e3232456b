package dev.ashlar.dsl;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Initial values of this operator's parameters, where PyTorch's own are not wanted.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Init {
    /** Standard deviation of a normal distribution for the weights; 0 keeps the default. */
    double std() default 0;

    /** Standard deviation as an expression in sizes, with {@code sqrt}: {@code "0.02/sqrt(2*layers)"}. Empty: {@link #std}. */
    String stdOf() default "";
}
