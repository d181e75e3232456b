package dev.ashlar.processor.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/** Applies choices of what backward computes again to a whole graph; repetitions that choose alike stay one run. */
public final class RecomputedGraph {
    private record Key(Variant variant, Set<Value> dropped, List<List<Step.Run>> runs) {}

    private final BiFunction<String, Variant, Set<Value>> choice;
    private final Map<Key, Variant> made = new HashMap<>();

    private RecomputedGraph(BiFunction<String, Variant, Set<Value>> choice) {
        this.choice = choice;
    }

    /**
     * The graph with other training variants.
     *
     * @param choice for the path of a repetition ({@code "body[3]."}, empty for the model) and its variant, what is dropped
     */
    public static TrainingGraph of(TrainingGraph graph, BiFunction<String, Variant, Set<Value>> choice) {
        return graph.withTrain(new RecomputedGraph(choice).apply(graph.train(), ""));
    }

    private Variant apply(Variant variant, String path) {
        Map<UseNode, List<Step.Run>> runs = new HashMap<>();
        List<List<Step.Run>> inOrder = new ArrayList<>();
        for (Step step : variant.forward()) {
            if (step instanceof Step.BlockForward block) {
                List<Step.Run> changed = runs(block, path);
                runs.put(block.node(), changed);
                inOrder.add(changed);
            }
        }
        Set<Value> dropped = choice.apply(path, variant);
        Key key = new Key(variant, dropped, inOrder);
        Variant known = made.get(key);
        if (known == null) {
            known = Recompute.of(variant.withRuns(runs), dropped);
            made.put(key, known);
        }
        return known;
    }

    private List<Step.Run> runs(Step.BlockForward block, String path) {
        List<Step.Run> changed = new ArrayList<>();
        for (Step.Run run : block.runs()) {
            for (long i = run.from(); i < run.to(); i++) {
                String inner =
                        path + block.node().name() + (block.node().repeats().isPresent() ? "[" + i + "]." : ".");
                Variant variant = apply(run.variant(), inner);
                Step.Run last = changed.isEmpty() ? null : changed.get(changed.size() - 1);
                boolean same = i > run.from() || !run.again();
                if (last != null
                        && same
                        && last.again() == run.again()
                        && last.variant().equals(variant)) {
                    changed.set(changed.size() - 1, new Step.Run(last.from(), i + 1, variant, run.again()));
                } else {
                    changed.add(new Step.Run(i, i + 1, variant, run.again()));
                }
            }
        }
        return List.copyOf(changed);
    }
}
