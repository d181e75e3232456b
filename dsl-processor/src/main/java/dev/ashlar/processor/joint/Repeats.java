package dev.ashlar.processor.joint;

/** What backward may make again. */
public enum Repeats {
    /** Nothing: all that backward reads is kept. */
    NOTHING,
    /** What operators make; copies that backward reads are kept, or made of what is kept. */
    OPERATORS,
    /** What operators make, and copies of tensors in other layouts. */
    EVERYTHING
}
