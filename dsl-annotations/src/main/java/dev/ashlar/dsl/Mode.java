package dev.ashlar.dsl;

/** What a plan is for. */
public enum Mode {
    /** Training steps, and evaluation beside them. */
    TRAIN,

    /** Only forward: no gradients, no optimizer state. */
    EVALUATE
}
