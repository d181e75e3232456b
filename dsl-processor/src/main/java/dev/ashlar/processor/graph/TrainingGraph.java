package dev.ashlar.processor.graph;

/**
 * A graph with its gradients, lowered to kernels.
 *
 * @param graph what it was derived from
 * @param train forward and backward of a training step: from the inputs to the losses
 * @param losses evaluation from the inputs to the losses
 * @param outputs evaluation from the inputs to the outputs
 * @param trainable which parameters are trained
 */
public record TrainingGraph(Graph graph, Variant train, Variant losses, Variant outputs, Trainable trainable) {}
