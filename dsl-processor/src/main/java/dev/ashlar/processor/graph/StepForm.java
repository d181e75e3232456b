package dev.ashlar.processor.graph;

/**
 * The form of a training step, apart from what its operators do.
 *
 * @param updateInBackward whether backward updates a parameter, and lets its gradient go, as soon as the gradient is complete; else all
 *     gradients wait for one update at the end
 * @param lossChunks chunks of tokens in which head and loss are one operator; 1 if they are two
 */
public record StepForm(boolean updateInBackward, int lossChunks) {
    /** Forward, backward, and one update at the end, with the operators that the user wrote. */
    public static final StepForm PLAIN = new StepForm(false, 1);

    /** The same with updates in backward. */
    StepForm updatingInBackward() {
        return new StepForm(true, lossChunks);
    }
}
