package dev.ashlar.runtime.train;

import dev.ashlar.runtime.HostTensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The parts of a batch that run one after the other, cut along the first dimension of every input. A loss is a mean: that of the batch is
 * the sum over parts of each one's, times its share of what is counted.
 *
 * @param count of parts
 * @param targets index of the input whose values are counted; {@link #ALL} if all parts count alike
 * @param ignored the value there that does not count
 */
public record MicroBatches(int count, int targets, long ignored) {
    private static final int ALL = -1;

    /** The batch as a whole. */
    public static final MicroBatches ONE = equal(1);

    /** Parts that count alike. */
    public static MicroBatches equal(int count) {
        return new MicroBatches(count, ALL, 0);
    }

    /** Parts that count by the values of an input that are not {@code ignored}. */
    public static MicroBatches counting(int count, int targets, long ignored) {
        return new MicroBatches(count, targets, ignored);
    }

    /** One part of every input; the batch itself if it is the only one. */
    List<HostTensor> part(List<HostTensor> batch, int index) {
        if (count == 1) {
            return batch;
        }
        return batch.stream()
                .map(input -> {
                    long length = input.shape()[0] / count;
                    return input.narrow(0, index * length, length);
                })
                .toList();
    }

    /** All parts. */
    List<List<HostTensor>> parts(List<HostTensor> batch) {
        return IntStream.range(0, count).mapToObj(i -> part(batch, i)).toList();
    }

    /** What each part counts of the batch, by {@link #share}. */
    float[] shares(List<HostTensor> batch) {
        float[] shares = new float[count];
        for (int i = 0; i < count; i++) {
            shares[i] = (float) share(batch, part(batch, i));
        }
        return shares;
    }

    /** A part's share of what is counted; 0 if nothing is. */
    double share(List<HostTensor> batch, List<HostTensor> part) {
        if (targets == ALL) {
            return 1.0 / count;
        }
        long all = counted(batch.get(targets));
        return all == 0 ? 0 : (double) counted(part.get(targets)) / all;
    }

    private long counted(HostTensor values) {
        return Arrays.stream(values.longs()).filter(v -> v != ignored).count();
    }
}
