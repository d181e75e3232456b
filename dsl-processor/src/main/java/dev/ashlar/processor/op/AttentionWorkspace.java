package dev.ashlar.processor.op;

/**
 * Memory of libtorch's fused CPU kernel for attention. Every thread has buffers for one block of queries and keys. Fewer key heads than
 * query heads are expanded, heads of keys and values of different sizes are padded.
 */
final class AttentionWorkspace {
    private static final long KEY_BLOCK = 512;

    private AttentionWorkspace() {}

    /**
     * A block of scores, two statistics a query and a block of results. A result of grouped or padded heads is copied; where groups join
     * the batch, query, key and value are copied before.
     */
    static long forwardBytes(Shapes shapes) {
        long queries = queryBlock(shapes);
        long floats = queries * keyBlock(shapes) + 2 * queries + queries * width(shapes);
        long statistics = isGrouped(shapes) ? Float.BYTES * rows(shapes) / batches(shapes) : 0;
        long joined = joinsBatch(shapes) ? queries(shapes) + 2 * keys(shapes) : 0;
        long grouped = isGrouped(shapes) ? queries(shapes) + joined : 0;
        long apart = Workspaces.widens(shapes) || isGrouped(shapes) ? 0 : queries(shapes);
        long padded = isPadded(shapes) ? keys(shapes) + apart : 0;
        return Workspaces.THREADS * Float.BYTES * floats + statistics + grouped + padded + widened(shapes, 1);
    }

    /**
     * A block of weights, one of their gradients, and a sum a query. For heads of a group there are gradients of key and value for every
     * query head, and the query's twice while it is copied back; where groups join the batch, copies of query, output and its gradient.
     */
    static long backwardBytes(Shapes shapes) {
        long scores = queryBlock(shapes) * (2 * keyBlock(shapes) + 1);
        long grouped = isGrouped(shapes) ? (joinsBatch(shapes) ? 6 : 3) * queries(shapes) : 0;
        long padded = isPadded(shapes) ? queries(shapes) + keys(shapes) : 0;
        return Workspaces.THREADS * scores * Float.BYTES + grouped + padded + widened(shapes, 2);
    }

    /** Whether there is more than one element in the batch that the kernel sees: one alone is joined without a copy. */
    private static boolean joinsBatch(Shapes shapes) {
        return isGrouped(shapes) && shapes.input().size(0) > 1 && !Workspaces.widens(shapes);
    }

    /** Below 32 bits the kernel runs on 32-bit copies of one element of the batch after the other. */
    private static long batches(Shapes shapes) {
        return Workspaces.widens(shapes) ? shapes.input().size(0) : 1;
    }

    /** Those copies: of the operands and the output, backward of their gradients, too. */
    private static long widened(Shapes shapes, int times) {
        if (!Workspaces.widens(shapes)) {
            return 0;
        }
        long elements = shapes.output().elements()
                + shapes.inputs().stream().mapToLong(TensorType::elements).sum();
        return times * Float.BYTES * elements / batches(shapes);
    }

    private static long queryBlock(Shapes shapes) {
        long queries = shapes.input().size(2);
        return Math.min(queries, queries >= 768 ? 256 : queries >= 192 ? 64 : 32);
    }

    private static long keyBlock(Shapes shapes) {
        return Math.min(shapes.inputs().get(1).size(2), KEY_BLOCK);
    }

    /** Size of a head as the kernel sees it. */
    private static long width(Shapes shapes) {
        return Math.max(shapes.input().size(3), shapes.inputs().get(2).size(3));
    }

    private static long rows(Shapes shapes) {
        return shapes.input().elements() / shapes.input().size(3);
    }

    /** Bytes of the queries as the kernel sees them, in 32 bits. */
    private static long queries(Shapes shapes) {
        return Float.BYTES * rows(shapes) * width(shapes) / batches(shapes);
    }

    /** Bytes of the keys as the kernel sees them, in 32 bits. */
    private static long keys(Shapes shapes) {
        TensorType k = shapes.inputs().get(1);
        return Float.BYTES * k.elements() / k.size(3) * width(shapes) / batches(shapes);
    }

    private static boolean isGrouped(Shapes shapes) {
        return shapes.input().size(1) != shapes.inputs().get(1).size(1);
    }

    private static boolean isPadded(Shapes shapes) {
        return shapes.input().size(3) != shapes.inputs().get(2).size(3);
    }
}
