package dev.ashlar.dsl;

/** What becomes of a tensor between forward and backward. */
public enum Saved {
    /** The planner chooses. */
    PLANNED,

    /** Forward keeps it. */
    KEEP,

    /** Backward computes it again. */
    RECOMPUTE
}
