package dev.ashlar.processor.solve;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What a table allows, whatever it comes to.
 *
 * @param scope nodes, ascending; the label of the last is fastest
 * @param size joint labels
 * @param allowed joint labels; not to be written
 * @param packed whether only the joint labels that are allowed have a place in the table
 */
record CheckedSupport(int[] scope, int size, BitSet allowed, boolean packed) {
    /** Every joint label has a place. */
    CheckedSupport(int[] scope, int size, BitSet allowed) {
        this(scope, size, allowed, false);
    }

    boolean has(int node) {
        return Arrays.binarySearch(scope, node) >= 0;
    }

    boolean isAll() {
        return allowed.nextClearBit(0) >= size;
    }

    /** The share of the joint labels that are allowed. */
    double share() {
        return (double) allowed.cardinality() / Math.max(1, size);
    }

    /** Of the table. */
    int entries() {
        return packed ? allowed.cardinality() : size;
    }

    /** Where joint labels have their places in the table; empty where they are these. */
    Optional<CheckedPlaces> places() {
        return packed ? Optional.of(new CheckedPlaces(allowed)) : Optional.empty();
    }

    /** The nodes of some tables, ascending. */
    static int[] nodes(List<CheckedSupport> tables) {
        TreeSet<Integer> nodes = new TreeSet<>();
        tables.forEach(t -> Arrays.stream(t.scope).forEach(nodes::add));
        return nodes.stream().mapToInt(Integer::intValue).toArray();
    }
}
