package dev.ashlar.processor.graph;

/**
 * The form of a training step, apart from what its operators do.
 *
 * @param updateInBackward whether backward updates a parameter, and lets its gradient go, as soon as the gradient is complete; else all
 *     gradients wait for one update at the end
 */
public record StepForm(boolean updateInBackward) {
    /** Forward, backward, and one update at the end. */
    public static final StepForm PLAIN = new StepForm(false);
}
