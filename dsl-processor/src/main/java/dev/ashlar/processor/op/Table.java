package dev.ashlar.processor.op;

/**
 * Values that a kernel computes once and keeps for as long as the step class is open.
 *
 * @param key what they depend on: operators that name the same key share one table
 * @param bytes on the device
 */
public record Table(String key, long bytes) {}
