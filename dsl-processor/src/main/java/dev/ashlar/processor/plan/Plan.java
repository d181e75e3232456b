package dev.ashlar.processor.plan;

import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.local.Assignment;
import dev.ashlar.processor.program.MemoryProfile;
import dev.ashlar.processor.program.Program;
import dev.ashlar.processor.spec.PlanSpec;
import java.util.List;

/**
 * What was chosen, and what it costs. Bytes and seconds are those of one device.
 *
 * @param model the whole model
 * @param assignment by which it was laid out over the devices
 * @param program what one device executes
 * @param target where it runs, within how much memory
 * @param memory its memory over time
 * @param operators every operator of every repetition, in order of its forward
 * @param parameters every parameter and buffer of the model, tied ones after their owners
 * @param communications what devices send each other in one step
 * @param time what one step takes
 * @param evidence how good it is among all plans of the model
 * @param modelHash SHA-256 of the graph, 64 hexadecimal digits
 * @param planHash SHA-256 of the program and where it runs, 64 hexadecimal digits
 * @param summary four to six short lines for people
 */
public record Plan(
        TrainingGraph model,
        Assignment assignment,
        Program program,
        PlanTarget target,
        MemoryProfile memory,
        List<OperatorPlan> operators,
        List<ParameterPlan> parameters,
        List<Communication> communications,
        StepTime time,
        Evidence evidence,
        String modelHash,
        String planHash,
        List<String> summary) {
    /** Copies its lists. */
    public Plan {
        operators = List.copyOf(operators);
        parameters = List.copyOf(parameters);
        communications = List.copyOf(communications);
        summary = List.copyOf(summary);
    }

    /** What the user asked for. */
    public PlanSpec spec() {
        return model.graph().spec();
    }

    /** Bytes of the device at the peak: tensors, and what is taken beside them. */
    public long deviceBytes() {
        return memory.peakBytes() + target.fixedBytes();
    }

    /** What the device will say is taken: less than it is planned for where groups never exchange all to all. */
    public long takenBytes() {
        long taken = deviceBytes();
        for (int axis = 0; axis < target.mesh().axes().size(); axis++) {
            int along = axis;
            if (communications.stream().noneMatch(c -> c.isExchange(along))) {
                taken -= target.exchangeBytes(axis);
            }
        }
        return taken;
    }

    /** The same plan with other evidence. */
    Plan with(Evidence other) {
        return new Plan(
                model,
                assignment,
                program,
                target,
                memory,
                operators,
                parameters,
                communications,
                time,
                other,
                modelHash,
                planHash,
                summary);
    }
}
