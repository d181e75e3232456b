package dev.ashlar.runtime.train;

import dev.ashlar.runtime.engine.OptimizerKind;
import dev.ashlar.runtime.engine.Precision;
import java.util.List;

/**
 * What a written step class knows of the plan it executes.
 *
 * @param model the simple name of the model's interface
 * @param plan the simple name of the plan's interface
 * @param modelHash a hash of the model's graph and sizes: equal hashes train the same function
 * @param planHash a hash of everything that was decided: equal hashes run the same operators in the same order
 * @param device the device that was planned for
 * @param mesh how many ranks execute the plan together along each mesh axis
 * @param precision the types of parameters and activations
 * @param optimizer the optimizer whose state was planned for
 * @param clipping whether clipping of the gradient's norm was planned for
 * @param budgetBytes the memory of one device that the plan was allowed
 * @param peakBytes the memory of one device that the plan needs at its highest point
 * @param parameterBytes the part of the peak that is parameters and buffers
 * @param optimizerBytes the part of the peak that is optimizer state
 * @param inputs the inputs of one batch, in order of their names in the batch record
 * @param summary lines that a person reads: what was chosen and why
 */
public record PlanInfo(
        String model,
        String plan,
        String modelHash,
        String planHash,
        String device,
        List<Integer> mesh,
        Precision precision,
        OptimizerKind optimizer,
        boolean clipping,
        long budgetBytes,
        long peakBytes,
        long parameterBytes,
        long optimizerBytes,
        List<InputInfo> inputs,
        List<String> summary) {

    public PlanInfo {
        mesh = List.copyOf(mesh);
        inputs = List.copyOf(inputs);
        summary = List.copyOf(summary);
    }

    /** How many ranks execute the plan together. */
    public int worldSize() {
        return mesh.stream().reduce(1, Math::multiplyExact);
    }
}
