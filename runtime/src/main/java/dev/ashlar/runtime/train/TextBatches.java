package dev.ashlar.runtime.train;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.io.ByteText;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Random windows of a text for a model that predicts the next byte: the model's first input gets the window, its second the same window one
 * byte later.
 *
 * @param <B> the record of one batch
 */
public final class TextBatches<B> implements Batches<B> {
    private final ByteText text;
    private final Step<B> step;
    private final Seed seed;
    private final int rows;
    private final int length;

    private TextBatches(ByteText text, Step<B> step, Seed seed, int rows, int length) {
        this.text = text;
        this.step = step;
        this.seed = seed;
        this.rows = rows;
        this.length = length;
    }

    /**
     * Batches in the plan's shape.
     *
     * @throws AshlarException if the model does not read two INT64 inputs [batch, sequence] of one shape, or if the text is shorter than one
     *     sequence and the byte after it
     */
    public static <B> TextBatches<B> of(ByteText text, Step<B> step, Seed seed) {
        List<InputInfo> inputs = step.plan().inputs();
        if (inputs.size() != 2
                || !inputs.stream()
                        .allMatch(i -> i.dtype() == DType.INT64 && i.shape().size() == 2)
                || !inputs.get(0).shape().equals(inputs.get(1).shape())) {
            throw new AshlarException(
                    "text needs a model with two INT64 inputs [batch, sequence], the tokens and the next tokens, but "
                            + step.plan().model() + " reads "
                            + inputs.stream().map(i -> i.name() + i.shape()).toList()
                            + "; make its batches yourself with Step.batch");
        }
        int rows = Math.toIntExact(inputs.get(0).shape().get(0));
        int length = Math.toIntExact(inputs.get(0).shape().get(1));
        if (text.size() < length + 1) {
            throw new AshlarException(
                    "the text has " + text.size() + " bytes, but one sequence and the byte after it need "
                            + (length + 1) + "; give a longer text, or plan a shorter sequence");
        }
        return new TextBatches<>(text, step, seed, rows, length);
    }

    @Override
    public B at(long position) {
        SplittableRandom random = new SplittableRandom(seed.mix(position));
        long[] tokens = new long[rows * length];
        long[] next = new long[rows * length];
        for (int row = 0; row < rows; row++) {
            int start = random.nextInt(text.size() - length);
            for (int i = 0; i < length; i++) {
                tokens[row * length + i] = text.at(start + i);
                next[row * length + i] = text.at(start + i + 1);
            }
        }
        return step.batch(List.of(HostTensor.of(tokens, rows, length), HostTensor.of(next, rows, length)));
    }
}
