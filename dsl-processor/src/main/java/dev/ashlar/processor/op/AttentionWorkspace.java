package dev.ashlar.processor.op;

/**
 * Memory of libtorch's fused CPU kernel for attention. Every thread has buffers for one block of queries and keys. Fewer key heads than
 * query heads are expanded, heads of keys and values of different sizes are padded.
 */
final class AttentionWorkspace {
    private static final long KEY_BLOCK = 512;

    private AttentionWorkspace() {}

    /** Block of scores, two statistics a query, block of results; in bfloat16 the scores twice. */
    static long forwardBytes(Shapes shapes) {
        long queries = queryBlock(shapes);
        long scores = queries * keyBlock(shapes);
        long floats = scores + 2 * queries + queries * width(shapes);
        long bytes = Workspaces.THREADS * (Float.BYTES * floats + (Workspaces.widens(shapes) ? 2 * scores : 0));
        long statistics = isGrouped(shapes) ? Float.BYTES * rows(shapes) : 0;
        return bytes + statistics + (isPadded(shapes) ? keys(shapes) : 0);
    }

    /** Blocks of weights and of their gradients; in bfloat16 both twice. Heads of a group have gradients of their own before the sum. */
    static long backwardBytes(Shapes shapes) {
        long scores = queryBlock(shapes) * keyBlock(shapes);
        long bytes = Workspaces.THREADS * scores * (2 * Float.BYTES + (Workspaces.widens(shapes) ? 4 : 0));
        long ratio = shapes.input().size(1) / shapes.inputs().get(1).size(1);
        long grouped = isGrouped(shapes) ? (2 * ratio + 1) * keys(shapes) : 0;
        long padded = isPadded(shapes) ? rows(shapes) * width(shapes) * shapes.computeBytes() + keys(shapes) : 0;
        return bytes + grouped + padded;
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

    /** Bytes of the keys as the kernel sees them. */
    private static long keys(Shapes shapes) {
        TensorType k = shapes.inputs().get(1);
        return k.elements() / k.size(3) * width(shapes) * shapes.computeBytes();
    }

    private static boolean isGrouped(Shapes shapes) {
        return shapes.input().size(1) != shapes.inputs().get(1).size(1);
    }

    private static boolean isPadded(Shapes shapes) {
        return shapes.input().size(3) != shapes.inputs().get(2).size(3);
    }
}
