package dev.ashlar.processor.graph;

import java.util.List;
import java.util.Optional;
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
