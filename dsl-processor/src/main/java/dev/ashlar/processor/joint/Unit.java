package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Value;
import java.util.List;
import java.util.Optional;

/** What is made at once: the results of one operator, a copy, a gathered parameter, or what comes in from outside. Identity tells two apart. */
final class Unit {
    private final String name;
    private final int order;
    private final Optional<OperatorNode> node;
    private final Optional<Marker> moving;
    private final List<Value> results;

    /**
     * @param name of its time points
     * @param order its place among the units of its piece, in order of forward
     * @param node the operator that makes it, if one does
     * @param moving of which it is the result, if a tensor or a parameter is laid out anew
     * @param results those with memory of their own
     */
    Unit(String name, int order, Optional<OperatorNode> node, Optional<Marker> moving, List<Value> results) {
        this.name = name;
        this.order = order;
        this.node = node;
        this.moving = moving;
        this.results = List.copyOf(results);
    }

    int order() {
        return order;
    }

    Optional<OperatorNode> node() {
        return node;
    }

    /** What lays it out anew, and is not made where that is not needed. */
    Optional<Marker> moving() {
        return moving;
    }

    /** The copy that it is, if it is one. */
    Optional<Copy> copy() {
        return moving.filter(Marker.OfCopy.class::isInstance).map(m -> ((Marker.OfCopy) m).copy());
    }

    /** Whether it is a parameter as its operator uses it. */
    boolean isGathered() {
        return moving.filter(Marker.OfGather.class::isInstance).isPresent();
    }

    List<Value> results() {
        return results;
    }

    @Override
    public String toString() {
        return name;
    }
}
