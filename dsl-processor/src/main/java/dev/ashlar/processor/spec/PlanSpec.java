package dev.ashlar.processor.spec;

import dev.ashlar.processor.diagnostic.Source;
import java.util.List;
import java.util.Map;

/**
 * A plan, its model and all blocks that the model uses, directly or not.
 *
 * @param packageName package of the plan
 * @param simpleName name of the plan, enclosing types joined by {@code _}
 * @param qualifiedName as in source
 * @param model the model's own name and package with the methods of the model as the plan overrides them; dims end with the plan's
 *     and then those of the option {@code ashlar.dims}
 * @param blocks the blocks by qualified name, sorted
 * @param device name of the device
 * @param mesh sizes of the mesh axes
 * @param links links of the mesh axes, empty if left out
 * @param memory the memory as written
 * @param mode {@code "TRAIN"} or {@code "EVALUATE"}
 * @param microBatches number of micro-batches, 0 if planned
 * @param pins choices that are not left to the planner, each a {@code @Pin}
 * @param train how it trains
 * @param source the plan's interface
 */
public record PlanSpec(
        String packageName,
        String simpleName,
        String qualifiedName,
        InterfaceSpec model,
        Map<String, InterfaceSpec> blocks,
        ValueSpec device,
        ValueSpec mesh,
        ValueSpec links,
        ValueSpec memory,
        String mode,
        ValueSpec microBatches,
        List<AnnotationSpec> pins,
        TrainSpec train,
        Source source) {
    /** Its name within its package, as in source: {@code "Outer.Laptop"}. */
    public String nestedName() {
        return InterfaceSpec.nestedName(packageName, qualifiedName);
    }

    /** The same plan of another form of its model. */
    public PlanSpec with(InterfaceSpec other) {
        return new PlanSpec(
                packageName,
                simpleName,
                qualifiedName,
                other,
                blocks,
                device,
                mesh,
                links,
                memory,
                mode,
                microBatches,
                pins,
                train,
                source);
    }
}
