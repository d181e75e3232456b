package dev.ashlar.processor.joint;

import dev.ashlar.processor.solve.Block;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A piece with its tables, used for all repetitions that are alike.
 *
 * @param lifetimes its time points
 * @param fates what may become of what forward makes
 * @param choices what its labels mean
 * @param block its tables
 * @param nodes node of every variable with more than one label
 */
record Template(Lifetimes lifetimes, Fates fates, Choices choices, Block block, Map<Variable, Integer> nodes) {
    /** The node of a variable with more than one label. */
    int node(Variable variable) {
        return Objects.requireNonNull(nodes.get(variable), variable::toString);
    }

    /** Names of its time points as in the timeline, forward ones first. */
    List<String> points() {
        return lifetimes.moments().stream().map(Moment::at).toList();
    }
}
