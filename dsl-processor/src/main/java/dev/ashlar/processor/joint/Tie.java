package dev.ashlar.processor.joint;

import dev.ashlar.processor.local.ParameterStorage;
import java.util.List;

/**
 * A parameter that is used several times, and lies in one way for all its uses.
 *
 * @param name its full name
 * @param variable what decides
 * @param ways in which it may lie, by label; what is gathered of it is another matter
 * @param trained whether it has a gradient
 * @param from the first piece that knows it
 * @param to the last
 */
record Tie(String name, Variable variable, List<ParameterStorage> ways, boolean trained, int from, int to) {
    /** Copies the list. */
    Tie {
        ways = List.copyOf(ways);
    }

    /** Whether it lies by a label as an operator has it stored. */
    boolean isStored(int label, ParameterStorage storage) {
        return ways.get(label).parameter().equals(storage.parameter())
                && ways.get(label).state().equals(storage.state());
    }
}
