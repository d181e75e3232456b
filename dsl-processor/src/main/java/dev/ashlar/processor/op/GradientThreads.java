package dev.ashlar.processor.op;

import java.util.ArrayList;
import java.util.List;

/**
 * How oneDNN shares out the gradient of a convolution's weight between two threads: each takes half of the batch and they add their sums, or
 * each makes the gradients of half the channels. Where little is moved wins, unless what moves about as much computes less.
 */
final class GradientThreads {
    /** Rows of images are shared out beside the images if there are more than these. */
    private static final long FEW_ROWS = 9;

    /** A sum is written, read and written again, with a margin; counted in reads. */
    private static final long MOVES_OF_A_SUM = 8;

    private static final double ABOUT_AS_MUCH = 1.1;

    /** Nothing is shared out, the batch, the blocks of output channels, or those of input channels. */
    private enum Shared {
        NOTHING,
        BATCH,
        OUTPUTS,
        INPUTS
    }

    private final TensorType x;
    private final TensorType y;
    private final long outputs;
    private final long inputs;
    private final long outputChannels;
    private final long inputChannels;
    private final long taps;
    private final boolean rows;

    /**
     * @param outputs blocks of output channels
     * @param inputs blocks of input channels
     * @param outputChannels of a block
     * @param inputChannels of a block
     */
    GradientThreads(
            TensorType x, TensorType y, long outputs, long inputs, long outputChannels, long inputChannels, long taps) {
        this.x = x;
        this.y = y;
        this.outputs = outputs;
        this.inputs = inputs;
        this.outputChannels = outputChannels;
        this.inputChannels = inputChannels;
        this.taps = taps;
        this.rows = y.size(2) > FEW_ROWS;
    }

    boolean splitBatch() {
        List<Shared> choices = new ArrayList<>();
        choices.add(inputs > 1 ? Shared.INPUTS : Shared.NOTHING);
        if (outputs > 1) {
            choices.add(Shared.OUTPUTS);
        }
        if (x.size(0) * (rows ? y.size(2) / FEW_ROWS : 1) > 1) {
            choices.add(Shared.BATCH);
        }
        Shared least = Shared.NOTHING;
        for (Shared choice : choices) {
            least = moved(choice) <= moved(least) ? choice : least;
        }
        Shared best = least;
        for (Shared choice : choices) {
            boolean near = computed(choice) <= computed(best) && moved(choice) < ABOUT_AS_MUCH * moved(least);
            boolean faster = 4 * computed(choice) <= 3 * computed(best);
            best = near || faster ? choice : best;
        }
        return best == Shared.BATCH;
    }

    /** Elements that one thread reads and writes. */
    private long moved(Shared shared) {
        long in = part(images(x), shared == Shared.BATCH) * part(inputs, shared == Shared.INPUTS);
        long out = part(images(y), shared == Shared.BATCH) * part(outputs, shared == Shared.OUTPUTS);
        long sums = part(outputs, shared == Shared.OUTPUTS) * part(inputs, shared == Shared.INPUTS);
        return in * inputChannels * pixels(x)
                + out * outputChannels * pixels(y)
                + MOVES_OF_A_SUM * sums * taps * inputChannels * outputChannels;
    }

    private long computed(Shared shared) {
        return part(images(y), shared == Shared.BATCH)
                * part(outputs, shared == Shared.OUTPUTS)
                * part(inputs, shared == Shared.INPUTS);
    }

    private static long part(long all, boolean shared) {
        return shared ? (all + 1) / 2 : all;
    }

    private long images(TensorType image) {
        return image.size(0) * (rows ? image.size(2) : 1);
    }

    private long pixels(TensorType image) {
        return image.size(3) * (rows ? 1 : image.size(2));
    }
}
