package dev.ashlar.dsl;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Mean negative log-likelihood of the targets under a softmax over the last dimension. Ports: {@code logits [*, v]},
 * {@code targets [*]}.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface CrossEntropy {
    /** Targets of this value do not count. */
    long ignoreIndex() default -100;

    /** Share of the probability that is spread over all classes. */
    double labelSmoothing() default 0;
}
