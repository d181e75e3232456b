package dev.ashlar.processor.local;

import dev.ashlar.processor.device.NumberFormat;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.graph.Variant;
import dev.ashlar.processor.shard.Collectives;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Lets gradients be summed over devices while backward goes on. A sum is started as soon as its gradient is made, and waited for when
 * the backward of the part that runs next is done: a part is a block, or what a scope computes between two blocks. Small gradients of a
 * part are summed as one, which pays for the latency once. What is made behind the last kernel has nothing to run beside and is waited
 * for at once. A gradient that is scattered takes memory in full until it is waited for: that is in its own part (see {@link Scatters}), and
 * only where its parameter is stored so.
 */
public final class GradientReductions {
    private final Buckets buckets;
    private final Map<Variant, Variant> made = new IdentityHashMap<>();
    private int started;

    private GradientReductions(Buckets buckets) {
        this.buckets = buckets;
    }

    /**
     * The same graph with reductions that are started and waited for; itself if there is nothing to reduce, or if its form needs what is
     * reduced at once.
     *
     * @param graph of one device of the mesh of {@code collectives}
     * @param format that the plan computes in
     */
    public static TrainingGraph of(TrainingGraph graph, Collectives collectives, NumberFormat format) {
        if (graph.form().reducesAtOnce()) {
            return graph;
        }
        GradientReductions reductions =
                new GradientReductions(new Buckets(collectives, format, WaitingGradients.of(graph.train())));
        Variant train = reductions.rewrite(graph.train(), true);
        return reductions.started == 0 ? graph : graph.withTrain(train);
    }

    private Variant rewrite(Variant variant, boolean model) {
        Variant known = made.get(variant);
        if (known == null) {
            Map<UseNode, List<Step.Run>> runs = new HashMap<>();
            for (Step step : variant.forward()) {
                if (step instanceof Step.BlockForward block) {
                    runs.put(
                            block.node(),
                            block.runs().stream().map(this::rewrite).toList());
                }
            }
            Variant inner = variant.withRuns(runs);
            known = inner.withBackward(backward(inner.backward(), model));
            made.put(variant, known);
        }
        return known;
    }

    private Step.Run rewrite(Step.Run run) {
        return new Step.Run(run.from(), run.to(), rewrite(run.variant(), false), run.again());
    }

    private List<Step> backward(List<Step> steps, boolean model) {
        List<Step> rewritten = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= steps.size(); i++) {
            boolean end = i == steps.size();
            if (!end && !(steps.get(i) instanceof Step.BlockBackward)) {
                continue;
            }
            part(steps.subList(from, i), model && end, model && from == 0 && !end, rewritten);
            if (!end) {
                rewritten.add(steps.get(i));
            }
            from = i + 1;
        }
        return rewritten;
    }

    /**
     * Adds the steps of a part.
     *
     * @param last whether no other runs behind it
     * @param first whether none has run before it
     */
    private void part(List<Step> steps, boolean last, boolean first, List<Step> rewritten) {
        List<Step> part = buckets.of(steps, last);
        rewritten.addAll(part);
        int starts = (int) part.stream().filter(Step.Start.class::isInstance).count();
        int own = starts
                - (int) part.stream().filter(Step.Finish.class::isInstance).count();
        started += starts;
        boolean computes = steps.stream().anyMatch(Step.Kernel.class::isInstance);
        if (last || (computes && !first)) {
            rewritten.add(new Step.Await(last ? 0 : own));
        }
    }
}
