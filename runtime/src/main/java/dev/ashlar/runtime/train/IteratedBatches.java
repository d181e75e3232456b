package dev.ashlar.runtime.train;

import dev.ashlar.runtime.AshlarException;
import java.util.Iterator;

/** Positions over an iterable, which begins again at its end. */
final class IteratedBatches<B> implements Batches<B> {
    private final Iterable<B> batches;
    private Iterator<B> iterator;
    private long next;

    IteratedBatches(Iterable<B> batches) {
        this.batches = batches;
        this.iterator = batches.iterator();
    }

    @Override
    public B at(long position) {
        if (position < next) {
            iterator = batches.iterator();
            next = 0;
        }
        while (next < position) {
            advance();
        }
        return advance();
    }

    private B advance() {
        if (!iterator.hasNext()) {
            iterator = batches.iterator();
        }
        if (!iterator.hasNext()) {
            throw new AshlarException("there are no batches to read; check the data's path and the batch size");
        }
        next++;
        return iterator.next();
    }
}
