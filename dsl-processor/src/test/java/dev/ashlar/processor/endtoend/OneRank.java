package dev.ashlar.processor.endtoend;

import dev.ashlar.processor.plan.Plan;
import dev.ashlar.runtime.train.Settings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What plans of one rank come to, each trained once for all tests of a class. */
final class OneRank {
    private final Map<List<Object>, RankComparison> known = new HashMap<>();

    /** What plans of several ranks are held to. */
    RankComparison of(Plan serial, Settings settings, Path directory) throws Exception {
        List<Object> key = List.of(serial.modelHash(), serial.planHash(), settings);
        RankComparison comparison = known.get(key);
        if (comparison == null) {
            comparison = RankComparison.with(serial, settings, directory);
            known.put(key, comparison);
        }
        return comparison;
    }
}
