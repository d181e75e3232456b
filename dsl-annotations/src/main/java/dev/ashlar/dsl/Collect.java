package dev.ashlar.dsl;

/** What becomes of an output of a repeated block that does not feed the next repetition. */
public enum Collect {
    /** The last repetition's. */
    LAST,

    /** The sum over the repetitions. */
    SUM,

    /** All of them, along a new first dimension. */
    STACK
}
