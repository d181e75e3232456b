package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Labellings of a problem met so far, each once; only the last ones are kept. What one search meets the next one can begin with. */
final class Labellings {
    private static final int MOST = 96;

    private final Problem problem;
    private final List<Column> all = new ArrayList<>();

    Labellings(Problem problem) {
        this.problem = problem;
    }

    Labellings copy() {
        Labellings copy = new Labellings(problem);
        copy.all.addAll(all);
        return copy;
    }

    void add(Column column) {
        if (!has(column.labels())) {
            all.add(column);
        }
        if (all.size() > MOST) {
            all.remove(0);
        }
    }

    void add(int[] x) {
        if (!has(x)) {
            add(Column.of(problem, x));
        }
    }

    private boolean has(int[] x) {
        return all.stream().anyMatch(c -> Arrays.equals(x, c.labels()));
    }

    Stream<Column> stream() {
        return all.stream();
    }

    /** Those that a reduced problem allows. */
    Labellings reduced(Reduction reduction) {
        Labellings reduced = new Labellings(reduction.problem());
        all.forEach(c -> reduction.reduced(c.labels()).ifPresent(reduced::add));
        return reduced;
    }
}
