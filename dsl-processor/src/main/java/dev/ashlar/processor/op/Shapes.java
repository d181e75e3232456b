package dev.ashlar.processor.op;

import java.util.List;

/**
 * The tensors of one operator.
 *
 * @param inputs in order of the ports, absent optional ones left out
 * @param parameters in order of declaration
 * @param outputs in order
 * @param computeBytes bytes of an element of {@link Element#COMPUTE}
 */
public record Shapes(List<TensorType> inputs, List<TensorType> parameters, List<TensorType> outputs, int computeBytes) {
    /** The first output. */
    public TensorType output() {
        return outputs.get(0);
    }

    /** The first input. */
    public TensorType input() {
        return inputs.get(0);
    }

    /** Bytes of a tensor under the plan's precision. */
    public long bytes(TensorType type) {
        return Math.multiplyExact(type.elements(), type.element().bytes(computeBytes));
    }
}
