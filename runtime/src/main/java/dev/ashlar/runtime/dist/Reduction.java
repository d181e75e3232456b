package dev.ashlar.runtime.dist;

/** How tensors of several ranks become one. */
public enum Reduction {
    SUM,
    MAXIMUM
}
