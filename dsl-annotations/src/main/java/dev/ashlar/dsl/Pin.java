package dev.ashlar.dsl;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Takes a choice out of the planner's hands: for the operator of a method, or from a plan for any operator of its model. The plan obeys
 * every pin, or does not compile.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Pin {
    /**
     * In {@link Plan#pins} the operators that are meant, by their full names: {@code "norm"}, {@code "body[3].attn.q"}, {@code "body[*].up"}
     * for all repetitions, {@code "body[0..5].*"} for all operators of some. On a method it is left out.
     */
    String at() default "";

    /**
     * Layouts of the operator's tensors, one entry for each mesh axis: {@code "x[S0, R] weight[R, S0] -> y[S0, S1]"}. Tensors that are left
     * out are free: {@code "weight[R, S0]"}. {@code R} is whole on every device, {@code S0} cut along dimension 0, {@code P} a partial sum.
     */
    String strategy() default "";

    /** Whether forward keeps what this operator makes, or backward computes it again. */
    Saved saved() default Saved.PLANNED;
}
