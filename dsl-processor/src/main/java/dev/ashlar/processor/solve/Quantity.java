package dev.ashlar.processor.solve;

/** What a label adds to beside the time points of its block; times in 2^-20 ns, memory in the unit of the budget. */
public enum Quantity {
    /** Time that nothing hides. */
    TIME,
    /** Compute and blocking communication of the forward pass. */
    FORWARD_COMPUTE,
    /** Communication that runs beside the forward pass of the block. */
    FORWARD_ASYNC,
    /** Compute and blocking communication of the backward pass. */
    BACKWARD_COMPUTE,
    /** Communication that runs beside the backward pass of the block. */
    BACKWARD_ASYNC,
    /** Memory that is there throughout: parameters, states, accumulated gradients. */
    STATIC,
    /** Memory from the end of the block's forward to the start of its backward. */
    KEPT,
    /** Memory from the end of the block's backward to the end of the step. */
    GRADIENT;

    static final int COUNT = values().length;

    /** Whether the amount counts as time. */
    public boolean isTime() {
        return ordinal() < STATIC.ordinal();
    }

    /** The position of a time point of the block among all amounts. */
    static int ofPoint(int point) {
        return COUNT + point;
    }
}
