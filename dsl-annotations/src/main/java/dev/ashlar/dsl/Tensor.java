package dev.ashlar.dsl;

/**
 * The type of every edge of a model. A marker: a model is a description that is read when it is compiled, so nothing implements
 * it.
 */
public interface Tensor {}
