package dev.ashlar.processor.graph;

/**
 * A graph with its gradients, lowered to kernels.
 *
 * @param graph what it was derived from
 * @param train forward and backward of a training step: from the inputs to the losses
 * @param losses evaluation from the inputs to the losses
 * @param outputs evaluation from the inputs to the outputs
 * @param trainable which parameters are trained
 * @param form of the training step
 */
public record TrainingGraph(
        Graph graph, Variant train, Variant losses, Variant outputs, Trainable trainable, StepForm form) {
    /** The same with another training variant. */
    public TrainingGraph withTrain(Variant other) {
        return new TrainingGraph(graph, other, losses, outputs, trainable, form);
    }

    /** The same with updates of so many numbers of a parameter at once. */
    public TrainingGraph updatingAtOnce(long most) {
        return with(form.updatingAtOnce(most));
    }

    /** The same, said to have another form. */
    public TrainingGraph with(StepForm other) {
        return new TrainingGraph(graph, train, losses, outputs, trainable, other);
    }
}
