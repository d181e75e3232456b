package dev.ashlar.processor.solve;

import java.util.BitSet;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Shapes of blocks all of whose labels are allowed, each made once for all that is checked. */
final class CheckedShapes {
    /** By block, of which no two are equal. */
    private final Map<Block, CheckedShape> whole = new ConcurrentHashMap<>();

    /**
     * @param allowed labels by node
     * @throws ArithmeticException if a table is too large
     */
    CheckedShape of(Block block, BitSet[] allowed) {
        for (int node = 0; node < allowed.length; node++) {
            if (allowed[node].cardinality() < block.labels(node)) {
                return new CheckedShape(block, allowed);
            }
        }
        return whole.computeIfAbsent(block, b -> new CheckedShape(b, allowed));
    }
}
