package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Value;

/** What decides about the bytes of a tensor on one device. */
sealed interface Size {
    /** A result of an operator's kernel: its strategy. */
    record OfResult(OperatorNode node, boolean backward, int kernel, int result) implements Size {}

    /** A copy, or the sum of its readers' gradients: how they want it. */
    record OfCopy(Copy copy) implements Size {}

    /** A tensor in its maker's layout, or its gradient. */
    record OfTensor(Value tensor) implements Size {}

    /** A parameter as its operator uses it. */
    record OfGathered(OperatorNode node, int parameter) implements Size {}

    /** The gradient of a parameter where it is updated. */
    record OfParameter(OperatorNode node, int parameter) implements Size {}

    /** A tensor that passes from piece to piece. */
    record OfCrossing(Crossing crossing) implements Size {}

    /** An input of the model. */
    record OfInput(Value input) implements Size {}

    /** The gradient of a loss. */
    record OfScalar(Value scalar) implements Size {}
}
