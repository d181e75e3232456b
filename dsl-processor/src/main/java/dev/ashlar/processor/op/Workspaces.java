package dev.ashlar.processor.op;

/**
 * Memory that CPU kernels take beside their results, as the runtime's allocator hook showed it (libtorch 2.10, two threads); formulas
 * stand with their operators.
 */
final class Workspaces {
    /** Threads that buffers of their own were counted for. */
    static final long THREADS = 2;

    private Workspaces() {}

    /** Whether 32-bit copies are made of what the plan computes in. */
    static boolean widens(Shapes shapes) {
        return shapes.computeBytes() < Float.BYTES;
    }

    /** The buffers oneDNN packs a bfloat16 matrix product into: a block of 128 columns of the right factor. */
    static long packing(Shapes shapes, long inner) {
        return widens(shapes) ? 256 * inner + 1536 : 0;
    }
}
