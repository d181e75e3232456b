package dev.ashlar.dsl;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Asks for a plan of the model that this interface extends: on which devices, within how much memory.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Plan {
    /** A device of the catalogue ({@code "cpu"}, {@code "h200-sxm"}, …) or the name of a profile passed with {@code -Aashlar.device}. */
    String device() default "cpu";

    /** The mesh of devices, slowest link first. */
    int[] mesh() default {1};

    /** The link of each mesh axis, the device's own if left out. */
    String[] links() default {};

    /** Memory of one device that the plan may use: {@code "20GiB"}, {@code "800 MB"}. */
    String memory();

    /** Sizes that replace those of the model. */
    String dims() default "";

    /** Training or evaluation. */
    Mode mode() default Mode.TRAIN;

    /**
     * Number of micro-batches that a batch is split into, which run one after the other and add up their gradients; a divisor of the
     * batch. On a mesh those of each micro-batch are reduced before they are added. 0 leaves the choice to the planner: on CPUs and
     * on one GPU up to eight, where that is fastest within the memory; on several GPUs one.
     */
    int microBatches() default 0;

    /** Choices for operators that are not left to the planner; each names its operators in {@link Pin#at}. */
    Pin[] pins() default {};
}
