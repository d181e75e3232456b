package dev.ashlar.processor.graph;

/**
 * The form of a training step, apart from what its operators do.
 *
 * @param updateInBackward whether backward updates a parameter, and lets its gradient go, as soon as the gradient is complete; else all
 *     gradients wait for one update at the end
 * @param lossChunks chunks of tokens in which head and loss are one operator; 1 if they are two
 * @param microBatches parts of the batch that run one after the other, and add up their gradients; the graph is that of one
 * @param accelerated whether it runs on an accelerator, whose kernels can do what stands around them as well
 * @param mostUpdatedAtOnce how many numbers of a parameter the optimizer updates at once; larger ones are updated part by part
 */
public record StepForm(
        boolean updateInBackward, int lossChunks, int microBatches, boolean accelerated, long mostUpdatedAtOnce) {
    /** Forward, backward, and one update at the end, with the operators that the user wrote, of the whole batch. */
    public static final StepForm PLAIN = new StepForm(false, 1, 1, false, Long.MAX_VALUE);

    /** Whether gradients are added to those of earlier micro-batches. */
    public boolean accumulates() {
        return microBatches > 1;
    }

    /**
     * Whether devices reduce every gradient by itself as soon as it is made: where it is updated, or added to another, right behind. What
     * waited until another block has run would take its memory there.
     */
    public boolean reducesAtOnce() {
        return updateInBackward || accumulates();
    }

    /** The same with updates in backward. */
    StepForm updatingInBackward() {
        return new StepForm(true, lossChunks, microBatches, accelerated, mostUpdatedAtOnce);
    }

    /** The same in parts of the batch. */
    StepForm withMicroBatches(int number) {
        return new StepForm(updateInBackward, lossChunks, number, accelerated, mostUpdatedAtOnce);
    }

    /** The same with head and loss as one operator. */
    StepForm withLossChunks(int chunks) {
        return new StepForm(updateInBackward, chunks, microBatches, accelerated, mostUpdatedAtOnce);
    }

    /** The same with updates of so many numbers at once. */
    StepForm updatingAtOnce(long most) {
        return new StepForm(updateInBackward, lossChunks, microBatches, accelerated, most);
    }

    /** The same on an accelerator. */
    public StepForm onAccelerator() {
        return new StepForm(updateInBackward, lossChunks, microBatches, true, mostUpdatedAtOnce);
    }
}
