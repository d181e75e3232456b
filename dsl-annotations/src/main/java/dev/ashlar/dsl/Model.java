package dev.ashlar.dsl;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A network, described by an interface: a method is an operator, its name is the tensor that it makes, and its parameters name
 * the tensors that it reads. Nothing depends on the order of declarations.
 *
 * <p>A {@link Plan} is an interface that extends a model.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Model {
    /** Sizes by name: {@code "batch=16 seq=1024 d=768 ff=4*d"}. */
    String dims() default "";
}
