package dev.ashlar.processor.local;

import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.graph.Variant;
import java.util.HashSet;
import java.util.Set;

/**
 * The parts in which the devices of a mesh update parameters. What an update takes beside the gradients grows with what is updated at
 * once, and would depend on how the largest parameter lies. At once are updated so many numbers of it as one of the devices has if all of
 * them share it: fewer it never has. So the most that an update takes is the same for every plan.
 */
public final class UpdateParts {
    /** Vectors of kernels begin where a part does. */
    private static final long VECTOR = 64;

    private final Set<Variant> visited = new HashSet<>();
    private long largest;

    private UpdateParts() {}

    /**
     * How many numbers of a parameter are updated at once.
     *
     * @param whole the graph of the whole model
     */
    public static long most(TrainingGraph whole, Mesh mesh) {
        if (mesh.devices() == 1) {
            return Long.MAX_VALUE;
        }
        long share = Math.max(1, largest(whole) / mesh.devices());
        return share < VECTOR ? share : share - share % VECTOR;
    }

    /** Numbers of the largest parameter that has a gradient; 0 if none has. */
    public static long largest(TrainingGraph whole) {
        UpdateParts parts = new UpdateParts();
        parts.collect(whole.train());
        return parts.largest;
    }

    private void collect(Variant variant) {
        if (!visited.add(variant)) {
            return;
        }
        for (Step step : variant.backward()) {
            if (step instanceof Step.ParameterGradient gradient) {
                ScopeParameter parameter = gradient.parameter();
                largest = Math.max(largest, parameter.type().elements());
            } else if (step instanceof Step.BlockBackward block) {
                block.runs().forEach(r -> collect(r.variant()));
            }
        }
    }
}
