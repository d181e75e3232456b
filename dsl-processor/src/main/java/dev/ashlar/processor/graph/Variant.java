package dev.ashlar.processor.graph;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A scope lowered to kernels for one purpose: which gradients come in, which are needed, which parameters are trained.
 *
 * @param scope what is lowered
 * @param mode training or evaluation
 * @param inputs the tensors that forward reads, one for each input of the scope
 * @param forward steps of forward
 * @param outputs the tensors that forward makes, one for each output of the scope
 * @param losses the scalars that forward makes, one for each loss of the scope
 * @param outputGradients what backward is given, one for each output of the scope where there is one
 * @param backward steps of backward; empty if nothing in the scope has a gradient
 * @param inputGradients what backward makes, one for each input of the scope where there is one
 */
public record Variant(
        Scope scope,
        Mode mode,
        List<Value> inputs,
        List<Step> forward,
        List<Value> outputs,
        List<Value> losses,
        List<Optional<Value>> outputGradients,
        List<Step> backward,
        List<Optional<Value>> inputGradients) {
    /** What a scope is lowered for. */
    public enum Mode {
        TRAIN,
        EVALUATE
    }

    /** The same with other repetitions of the blocks that it uses; a block that is not named stays. */
    public Variant withRuns(Map<UseNode, List<Step.Run>> runs) {
        if (runs.isEmpty()) {
            return this;
        }
        return new Variant(
                scope,
                mode,
                inputs,
                forward.stream().map(s -> withRuns(s, runs)).toList(),
                outputs,
                losses,
                outputGradients,
                backward.stream().map(s -> withRuns(s, runs)).toList(),
                inputGradients);
    }

    /** The same with other steps in place of those of each direction. */
    public Variant withSteps(UnaryOperator<List<Step>> other) {
        return new Variant(
                scope,
                mode,
                inputs,
                other.apply(forward),
                outputs,
                losses,
                outputGradients,
                other.apply(backward),
                inputGradients);
    }

    /** The same with another backward. */
    public Variant withBackward(List<Step> other) {
        return new Variant(
                scope, mode, inputs, forward, outputs, losses, outputGradients, List.copyOf(other), inputGradients);
    }

    private static Step withRuns(Step step, Map<UseNode, List<Step.Run>> runs) {
        if (step instanceof Step.BlockForward block) {
            return new Step.BlockForward(
                    block.node(), runs.getOrDefault(block.node(), block.runs()), block.inputs(), block.outputs());
        }
        if (step instanceof Step.BlockBackward block) {
            return new Step.BlockBackward(
                    block.node(),
                    runs.getOrDefault(block.node(), block.runs()),
                    block.outputGradients(),
                    block.inputGradients());
        }
        return step;
    }

    /** Identity: two may look alike and still be two. */
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
