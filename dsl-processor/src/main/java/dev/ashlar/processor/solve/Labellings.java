package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Labellings met so far, each once; only the last ones are kept. What one search meets the next one can begin with. */
final class Labellings {
    private static final int MOST = 96;

    private final List<int[]> all = new ArrayList<>();

    void add(int[] x) {
        if (all.stream().noneMatch(y -> Arrays.equals(x, y))) {
            all.add(x);
        }
        if (all.size() > MOST) {
            all.remove(0);
        }
    }

    void addAll(Stream<int[]> others) {
        others.forEach(this::add);
    }

    Stream<int[]> stream() {
        return all.stream();
    }

    /** Those that a reduced problem allows. */
    Labellings reduced(Reduction reduction) {
        Labellings reduced = new Labellings();
        all.forEach(x -> reduction.reduced(x).ifPresent(reduced::add));
        return reduced;
    }
}
