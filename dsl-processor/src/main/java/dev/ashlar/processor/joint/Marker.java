package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Transfer;

/** Stands in the skeleton where a tensor may have to change its layout. */
sealed interface Marker extends Transfer {
    /** A copy, or the gradient of one. */
    record OfCopy(Copy copy, boolean backward) implements Marker {}

    /** A parameter, on its way to where its operator uses it. */
    record OfGather(OperatorNode node, int parameter, boolean backward) implements Marker {}

    /** The gradient of a parameter, on its way to where it is updated. */
    record OfParameter(OperatorNode node, int parameter) implements Marker {}

    /** A parameter that backward has updated, on its way to where it is stored. */
    record OfUpdate(OperatorNode node, int parameter) implements Marker {}

    /** Whether the gradient of a parameter is scattered while backward goes on; nothing moves there. */
    record OfOverlap(OperatorNode node, int parameter) implements Marker {}

    /** Whether a parameter is gathered early, where there is something to run beside; nothing moves there. */
    record OfAhead(OperatorNode node, int parameter) implements Marker {}

    @Override
    default boolean inPlace() {
        return false;
    }

    @Override
    default boolean completes() {
        return false;
    }

    @Override
    default long workspaceBytes() {
        return 0;
    }

    @Override
    default long ticks() {
        return 0;
    }
}
