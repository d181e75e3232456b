package dev.ashlar.processor.write;

import dev.ashlar.processor.graph.OperatorNode;
import java.util.List;
import java.util.Map;

/**
 * What the written class says about its plan.
 *
 * @param modelHash hash of the model's graph
 * @param planHash hash of the program
 * @param device name of the device
 * @param mesh devices along each mesh axis
 * @param computeBytes bytes of an element that the plan computes in
 * @param summary lines for people
 * @param operators what is told of every operator
 */
public record StepFacts(
        String modelHash,
        String planHash,
        String device,
        List<Integer> mesh,
        int computeBytes,
        long budgetBytes,
        long peakBytes,
        long parameterBytes,
        long optimizerBytes,
        List<String> summary,
        Map<OperatorNode, OperatorFacts> operators) {}
