package dev.ashlar.processor.joint;

/**
 * How an operator has to do with a parameter that is used several times.
 *
 * @param owner whether it is the first to use it, which answers for its memory and its update
 */
record TiedUse(Tie tie, boolean owner) {}
