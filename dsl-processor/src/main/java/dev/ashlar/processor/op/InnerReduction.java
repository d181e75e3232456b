package dev.ashlar.processor.op;

/**
 * An all-reduce inside a kernel.
 *
 * @param forward whether the forward kernel does it, else the backward one
 * @param bytes of the tensor that is reduced, on every device
 */
public record InnerReduction(boolean forward, long bytes) {}
