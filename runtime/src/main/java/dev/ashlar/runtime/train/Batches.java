package dev.ashlar.runtime.train;

/**
 * Batches by their number, so that training can go on where a checkpoint left off.
 *
 * @param <B> the record of one batch
 */
@FunctionalInterface
public interface Batches<B> {

    /** Batch {@code position}, counted from 0. The same position gives the same batch in every run. */
    B at(long position);

    /**
     * The batches of an iterable in its order, over and over. It is iterated from its beginning to reach a position, so it should give the
     * same batches every time.
     */
    static <B> Batches<B> of(Iterable<B> batches) {
        return new IteratedBatches<>(batches);
    }
}
