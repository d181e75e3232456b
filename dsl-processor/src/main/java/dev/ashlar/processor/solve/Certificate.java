package dev.ashlar.processor.solve;

/**
 * What a checker needs to see that a bound holds.
 *
 * @param budget memory of a device
 * @param timed {@code true}: every labelling within the budget takes at least {@code proof.bound()}; {@code false}: times count as
 *     zero and the bound is at least 1, so no labelling is within the budget
 * @param proof the tree
 */
public record Certificate(long budget, boolean timed, Proof proof) {
    /** The bound on the time, in 2^-20 ns. */
    public long bound() {
        return proof.bound();
    }
}
