package dev.ashlar.samples.gpt;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.io.ByteText;
import dev.ashlar.runtime.train.Batches;
import dev.ashlar.runtime.train.PlanInfo;
import java.util.List;

/** A text cut into windows that do not overlap, so that a loss over all batches is one over the whole text. */
final class TextWindows implements Batches<GptBatch> {
    private final ByteText text;
    private final int rows;
    private final int length;

    /**
     * @param plan of a model that reads windows [rows, length]
     * @throws AshlarException if the text is shorter than one batch and the byte after it
     */
    TextWindows(ByteText text, PlanInfo plan) {
        List<Long> shape = plan.inputs().get(0).shape();
        this.text = text;
        this.rows = Math.toIntExact(shape.get(0));
        this.length = Math.toIntExact(shape.get(1));
        if (count() < 1) {
            throw new AshlarException("the held-out end of the text has " + text.size()
                    + " bytes, but one batch of " + rows + " windows of " + length + " bytes needs "
                    + (rows * length + 1) + "; give a longer text");
        }
    }

    /** From the text's beginning to its end, {@link #count()} batches; then from the beginning again. */
    @Override
    public GptBatch at(long position) {
        int start = (int) (position % count()) * rows * length;
        long[] tokens = new long[rows * length];
        long[] targets = new long[rows * length];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = text.at(start + i);
            targets[i] = text.at(start + i + 1);
        }
        return new GptBatch(HostTensor.of(tokens, rows, length), HostTensor.of(targets, rows, length));
    }

    /** How many batches the text fills. */
    int count() {
        return (text.size() - 1) / (rows * length);
    }

    /** How many bytes of the text, from its beginning, are tokens or targets of these batches. */
    int coveredBytes() {
        return count() * rows * length + 1;
    }
}
