package dev.ashlar.processor.plan;

import dev.ashlar.processor.joint.JointProblem;
import java.util.List;

/**
 * Which labels of a variable let backward compute again what an operator makes.
 *
 * @param name full name of the operator, {@code "body[0].up"}
 * @param variable of the problem
 * @param again by label
 */
record RepeatedLabels(String name, int variable, List<Boolean> again) {
    /** Copies the list. */
    RepeatedLabels {
        again = List.copyOf(again);
    }

    static List<RepeatedLabels> of(List<JointProblem.Repeated> repeated) {
        return repeated.stream()
                .map(r -> new RepeatedLabels(r.name(), r.variable(), r.again()))
                .toList();
    }
}
