package dev.ashlar.samples.gpt;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.io.ByteText;
import dev.ashlar.runtime.train.Batches;
import dev.ashlar.runtime.train.PlanInfo;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;

/** Windows of a text as batches: the tokens of a window, and as targets the bytes that follow each of them. */
final class TextWindows {
    private final ByteText text;
    private final int rows;
    private final int length;

    /**
     * @param plan of a model that reads windows [rows, length]
     * @throws AshlarException if the text is shorter than one batch of windows that do not overlap
     */
    TextWindows(ByteText text, PlanInfo plan) {
        List<Long> shape = plan.inputs().get(0).shape();
        this.text = text;
        this.rows = Math.toIntExact(shape.get(0));
        this.length = Math.toIntExact(shape.get(1));
        if (count() < 1) {
            throw new AshlarException("the text (or the part of it that is held out) has " + text.size()
                    + " bytes, but one batch of " + rows + " windows of " + length + " bytes needs "
                    + (rows * length + 1) + "; give a longer text");
        }
    }

    /** Windows that begin anywhere. */
    Batches<GptBatch> random(Seed seed) {
        return position -> {
            SplittableRandom random = new SplittableRandom(seed.mix(position));
            return batch(row -> random.nextInt(text.size() - length));
        };
    }

    /** Windows one after the other from the text's beginning, {@link #count()} batches of them; then from the beginning again. */
    Batches<GptBatch> inOrder() {
        return position -> batch(row -> (int) (position % count() * rows + row) * length);
    }

    /** How many batches of windows that do not overlap the text has. */
    int count() {
        return (text.size() - 1) / (rows * length);
    }

    /** How many bytes of the text, from its beginning, are tokens or targets of {@link #inOrder()}. */
    int coveredBytes() {
        return count() * rows * length + 1;
    }

    private GptBatch batch(IntUnaryOperator start) {
        long[] tokens = new long[rows * length];
        long[] targets = new long[rows * length];
        for (int row = 0; row < rows; row++) {
            int first = start.applyAsInt(row);
            for (int i = 0; i < length; i++) {
                tokens[row * length + i] = text.at(first + i);
                targets[row * length + i] = text.at(first + i + 1);
            }
        }
        return new GptBatch(
                /* targets= */ HostTensor.of(targets, rows, length), /* tokens= */ HostTensor.of(tokens, rows, length));
    }
}
