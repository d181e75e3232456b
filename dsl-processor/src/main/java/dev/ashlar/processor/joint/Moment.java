package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.Value;
import java.util.List;
import java.util.Optional;

/** A time point of a piece. */
sealed interface Moment {
    /** Name of the point in the timeline, without the piece's path. */
    String at();

    /** An input of the model is uploaded. */
    record Arrival(Value input) implements Moment {
        @Override
        public String at() {
            return input.name();
        }
    }

    /** All kernels of an operator in one direction. */
    record Call(OperatorNode node, boolean backward, List<Step.Kernel> kernels) implements Moment {
        @Override
        public String at() {
            return node.name();
        }
    }

    /** A unit is made again before a call of backward, if it is. */
    record Again(Unit unit, int call) implements Moment {
        @Override
        public String at() {
            return unit.toString();
        }
    }

    /** A tensor is laid out anew, if it has to be. */
    record Moving(String at, Marker marker, Value source, Value result) implements Moment {}

    /** A parameter is brought to where its operator uses it, if it lies elsewhere. */
    record Gathering(String at, Marker.OfGather marker) implements Moment {}

    /**
     * A parameter begins to be gathered, if that is early.
     *
     * @param unit of what backward gathers again, before {@code call}
     */
    record Begin(String at, Marker.OfGather marker, Optional<Unit> unit, int call) implements Moment {}

    /**
     * A gradient is made of two, if neither of them may be overwritten.
     *
     * @param when that is the case: all conditions of one list hold
     */
    record Addition(Value result, List<List<Storage.Condition>> when) implements Moment {
        @Override
        public String at() {
            return local(result);
        }
    }

    /**
     * The loop around a block adds what repetitions have made.
     *
     * @param at with the path of what the loop is in
     */
    record Turning(String at, Crossing crossing) implements Moment {}

    /** The gradient of a loss. */
    record Start(Value gradient) implements Moment {
        @Override
        public String at() {
            return local(gradient);
        }
    }

    /** All that runs outside training. */
    record Evaluation() implements Moment {
        @Override
        public String at() {
            return "evaluation";
        }
    }

    /** The optimizer updates one parameter. */
    record UpdateOne(OperatorNode node, int parameter) implements Moment {
        @Override
        public String at() {
            return "update " + node.parameters().get(parameter).name();
        }
    }

    /** A parameter that backward has updated is brought to where it is stored, if that is elsewhere. */
    record Restoring(String at, Marker.OfUpdate marker) implements Moment {}

    /** The optimizer runs. */
    record Update() implements Moment {
        @Override
        public String at() {
            return "optimizer";
        }
    }

    /** What has to be chosen for a time point to be there at all; empty if it always is. */
    static Optional<Marker> marker(Moment moment) {
        if (moment instanceof Moving moving) {
            return Optional.of(moving.marker());
        }
        if (moment instanceof Restoring restoring) {
            return Optional.of(restoring.marker());
        }
        return moment instanceof Gathering gathering ? Optional.of(gathering.marker()) : Optional.empty();
    }

    /** As a local variable is named: {@code "dLoss"}. */
    private static String local(Value value) {
        StringBuilder name = new StringBuilder();
        for (String part : value.name().split("\\.", -1)) {
            name.append(name.isEmpty() ? part : Character.toUpperCase(part.charAt(0)) + part.substring(1));
        }
        return name.toString();
    }
}
