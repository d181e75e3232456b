package dev.ashlar.runtime.train;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.engine.ParameterStore;
import dev.ashlar.runtime.io.Checkpoint;
import dev.ashlar.runtime.io.NameMap;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A model that trains and evaluates as its plan says. Written by the compiler for every plan; opened with {@code try}, used on the thread
 * that opened it.
 *
 * <p>Inputs are checked before anything reaches the device: a wrong batch is an {@link AshlarException} that leaves the step as it was. Any
 * other failure in the middle of a step leaves parameters that nobody can trust, so the step refuses further use.
 *
 * @param <B> the record of one batch, one {@link HostTensor} an input
 */
public interface Step<B> extends AutoCloseable {

    /**
     * One forward and backward pass and one update of the parameters.
     *
     * @return the weighted sum of the losses before the update
     * @throws AshlarException if the batch does not fit the plan, if batches were accumulated and not yet applied, or if the loss is not finite
     */
    float train(B batch, double learningRate);

    /**
     * One forward and backward pass: the gradients of {@code weight * loss} are added to those that wait for {@link #update}. Dropout draws
     * another mask at every call.
     *
     * @return the weighted sum of the losses, not multiplied by {@code weight}
     * @throws AshlarException as {@link #train}, or if the plan updates parameters in backward and so keeps no gradients
     */
    float accumulate(B batch, double weight);

    /**
     * Updates the parameters with the gradients accumulated so far and forgets them.
     *
     * @throws AshlarException if there are none
     */
    void update(double learningRate);

    /** The weighted sum of the losses, without dropout and with the running statistics; nothing is learnt. */
    float evaluate(B batch);

    /** Each loss of the last {@link #train}, {@link #accumulate} or {@link #evaluate} by name, not multiplied by its weight. */
    Map<String, Float> losses();

    /** Every output by name, computed as in {@link #evaluate}; floating outputs come back as 32-bit floats. */
    Map<String, HostTensor> forward(B batch);

    /** How many updates the parameters have seen, those before a resumed checkpoint included. */
    long updates();

    /** Which of the ranks that execute the plan together this is; they all call the same methods in the same order. */
    default int rank() {
        return 0;
    }

    /**
     * Loads a safetensors file whose tensors have this model's names.
     *
     * @throws AshlarException as {@link #load(Path, NameMap)}
     */
    default void load(Path file) {
        load(file, NameMap.identity());
    }

    /**
     * Loads a safetensors file written by others. Nothing is changed unless every tensor fits.
     *
     * @throws AshlarException if the file cannot be read, or a name or shape in it does not fit the model
     */
    void load(Path file, NameMap names);

    /** Writes all parameters and buffers into one safetensors file, replacing it as a whole. All ranks call it; rank 0 writes. */
    void save(Path file);

    /**
     * Writes everything that training needs to continue into a directory that all ranks see, replacing it as a whole.
     *
     * @param dataPosition how far the data was read, handed back by {@link #resume}
     * @throws AshlarException if it cannot be written, on all ranks; what was there before is then still there
     */
    default void checkpoint(Path directory, long dataPosition) {
        checkpointLater(directory, dataPosition, () -> {}).await();
    }

    /**
     * As {@link #checkpoint}, but returns as soon as all is copied; each rank writes what it owns while training goes on.
     *
     * @param committed run once, on rank 0 and another thread, when the checkpoint is complete
     */
    PendingCheckpoint checkpointLater(Path directory, long dataPosition, Runnable committed);

    /**
     * Continues from a directory that {@link #checkpoint} wrote, on any mesh; on the same plan bit for bit.
     *
     * @return what the checkpoint says of itself, its data position among it
     * @throws AshlarException if it is damaged, or belongs to another model, optimizer or seed
     */
    Checkpoint.Manifest resume(Path directory);

    PlanInfo plan();

    /** How often a launcher has started this program again because a rank was lost. */
    default int restarts() {
        return 0;
    }

    /** Makes a batch of the inputs in the order of {@code plan().inputs()}. */
    B batch(List<HostTensor> inputs);

    /** The model's parameters, borrowed. */
    ParameterStore parameters();

    /** Frees the device's memory; closing twice does nothing. */
    @Override
    void close();
}
