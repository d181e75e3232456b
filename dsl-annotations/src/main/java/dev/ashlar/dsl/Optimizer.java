package dev.ashlar.dsl;

/** How parameters are updated. Rates, betas and decay are run-time settings, so that a sweep never recompiles. */
public enum Optimizer {
    /** Stochastic gradient descent, with momentum if the settings say so. */
    SGD,

    /** Adam with decoupled weight decay (Loshchilov and Hutter, 2019). */
    ADAMW,

    /** Evolved sign momentum (Chen et al., 2023). */
    LION
}
