package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Options of a block by joint entry label and joint exit label. Only pairs with options are held: where several tensors pass from block to
 * block, few of all pairs fit.
 */
final class OptionTable {
    private final List<NavigableMap<Integer, List<Option>>> rows = new ArrayList<>();

    /** @param entries joint entry labels */
    OptionTable(int entries) {
        for (int i = 0; i < entries; i++) {
            rows.add(new TreeMap<>());
        }
    }

    /** To be added to. */
    List<Option> cell(int entry, int exit) {
        return rows.get(entry).computeIfAbsent(exit, j -> new ArrayList<>());
    }

    /** Those of a pair. */
    List<Option> of(int entry, int exit) {
        return rows.get(entry).getOrDefault(exit, List.of());
    }

    /** Those of a joint entry label, by joint exit label, ascending. */
    Iterable<Map.Entry<Integer, List<Option>>> of(int entry) {
        return rows.get(entry).entrySet();
    }

    /** Puts others into the place of those of each pair. */
    void replaceAll(UnaryOperator<List<Option>> change) {
        rows.forEach(row -> row.replaceAll((exit, options) -> change.apply(options)));
    }

    void forEach(Consumer<Option> action) {
        rows.forEach(row -> row.values().forEach(options -> options.forEach(action)));
    }
}
