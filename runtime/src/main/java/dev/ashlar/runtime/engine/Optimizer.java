package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.AshlarException;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.bytedeco.pytorch.Tensor;

/** Turns gradients into new values. Its state is allocated when it is made. */
public sealed interface Optimizer extends AutoCloseable permits StatefulOptimizer {
    /**
     * Sets the learning rate of updates that are replayed; {@link #update} itself does it for others.
     *
     * @see Recording
     */
    void rate(double learningRate);

    /**
     * Whether updates that are recorded are right when they are replayed with another learning rate and other gradients.
     *
     * @param clipNorm what gradients are clipped to; infinity if they are not
     */
    boolean recordable(double clipNorm);

    /**
     * Updates the parameters that have a gradient, and closes their gradients.
     *
     * @param parameters all or some of those that the optimizer was made for
     * @param clipNorm gradients are scaled down so that their joint 2-norm is at most this; infinity switches it off
     * @return the joint norm before clipping, if clipping is on and the host has to know it
     */
    OptionalDouble update(List<Parameter> parameters, double learningRate, double clipNorm);

    /** The state by name, such as {@code body.0.up.weight.exp_avg}, in a fixed order; tensors are borrowed. */
    Map<String, Tensor> state();

    /**
     * The parameter that a state belongs to, and lies on the mesh as.
     *
     * @param state one of the names of {@link #state()}
     */
    Parameter parameter(String state);

    /**
     * Copies a saved state.
     *
     * @throws AshlarException if a tensor is missing, superfluous or of another shape
     */
    void load(Map<String, Tensor> saved);

    /** Bytes of the state. */
    long bytes();

    /** Frees the state. */
    @Override
    void close();
}
