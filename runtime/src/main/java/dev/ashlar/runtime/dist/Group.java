package dev.ashlar.runtime.dist;

import org.bytedeco.pytorch.Tensor;

/** Ranks that work together. What fails on another rank is a {@link PeerException}; such a group is of no more use. */
sealed interface Group extends AutoCloseable permits GlooGroup, NcclGroup {
    /** Reduces a contiguous tensor in place. */
    void allReduce(Tensor tensor, Reduction reduction);

    /** Starts to reduce a contiguous tensor in place; it has to live until the end is waited for. */
    Running startAllReduce(Tensor tensor, Reduction reduction);

    /**
     * The sum over the ranks of what is at this rank's place along a dimension.
     *
     * @param source of one shape on all ranks; stays as it is
     * @return owned by the caller, contiguous
     */
    Tensor reduceScatter(Tensor source, int dim);

    /**
     * Starts to do the same.
     *
     * @param source of one shape on all ranks; stays as it is, and may be closed at once
     */
    Scattering startReduceScatter(Tensor source, int dim);

    /**
     * Starts to fill every part with what the rank of its place has; the memory of both has to live until the end is waited for.
     *
     * @param stack [ranks, …], contiguous
     * @param own what this rank has, contiguous; its own part of the stack, or memory apart from it
     */
    Running startAllGather(Tensor stack, Tensor own);

    /** Sends the i-th part of the source's first dimension to rank i, and puts what rank i sends at the result's i-th part. */
    void allToAll(Tensor result, Tensor source);

    /** Gives up what is under way, because another rank failed; on any thread. */
    void abort();

    /** Leaves the group. */
    @Override
    void close();
}
