package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.dist.Layout;
import java.util.Arrays;
import java.util.List;

/**
 * How a parameter lies on the mesh.
 *
 * @param value of the parameter itself
 * @param path from the layout of what the optimizer updates to that of the value, by one all-gather each; the value's alone if all of it is
 *     updated
 */
record ParameterLayout(Layout value, List<Layout> path) {
    ParameterLayout {
        path = List.copyOf(path);
    }

    static ParameterLayout whole() {
        return new ParameterLayout(Layout.whole(), List.of(Layout.whole()));
    }

    /** Reads {@code "[S0, R]"}, or {@code "[S0, S1] -> [S0, R]"} where a rank updates a part of what it has. */
    static ParameterLayout parse(String text) {
        List<Layout> path = Arrays.stream(text.split("->"))
                .map(String::strip)
                .map(Layout::parse)
                .toList();
        return new ParameterLayout(path.get(path.size() - 1), path);
    }

    /** Of gradient, master and optimizer state. */
    Layout updated() {
        return path.get(0);
    }

    boolean gathers() {
        return path.size() > 1;
    }

    /** Whether only the first dimension is gathered: the parts lie one after the other in the value. */
    boolean gathersRows() {
        for (int axis = 0; axis < updated().dimensions().size(); axis++) {
            if (updated().cuts(axis)
                    && !value.cuts(axis)
                    && updated().dimensions().get(axis) != 0) {
                return false;
            }
        }
        return true;
    }
}
