package dev.ashlar.dsl;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Two-dimensional convolution (cross-correlation), as in PyTorch. Port: {@code x [b, c, h, w]}. Parameters:
 * {@code weight [out, c/groups, kernel, kernel]}, {@code bias [out]}.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Conv2d {
    /** Number of output channels. */
    String out();

    /** Side of the kernel. */
    int kernel();

    /** Step of the kernel. */
    int stride() default 1;

    /** Zeros around the image. */
    int padding() default 0;

    /** Distance between taps. */
    int dilation() default 1;

    /** Number of channel groups. */
    int groups() default 1;

    /** Whether a bias is added. */
    boolean bias() default true;
}
