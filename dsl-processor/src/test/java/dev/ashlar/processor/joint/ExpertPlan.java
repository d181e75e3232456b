package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.Strategy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A way to share a GPT that people write by hand: what every mesh axis does.
 *
 * @param name for the table
 * @param axes one for each mesh axis, slowest first
 * @param cutsParameters whether parameters are stored in parts along all axes
 */
record ExpertPlan(String name, List<Axis> axes, boolean cutsParameters) {
    private static final Map<String, String> MEGATRON = Map.ofEntries(
            Map.entry("wte", "x[R] weight[S0] -> y[P]"),
            Map.entry("embedded", "x[S1] weight[R] -> y[S1]"),
            Map.entry("ln1", "x[S1] weight[R] bias[R] -> y[S1]"),
            Map.entry("attn.q", "x[R] weight[S0] bias[S0] -> y[S2]"),
            Map.entry("attn.k", "x[R] weight[S0] bias[S0] -> y[S2]"),
            Map.entry("attn.v", "x[R] weight[S0] bias[S0] -> y[S2]"),
            Map.entry("attn.qHeads", "x[S2] -> y[S1]"),
            Map.entry("attn.kHeads", "x[S2] -> y[S1]"),
            Map.entry("attn.vHeads", "x[S2] -> y[S1]"),
            Map.entry("attn.heads", "q[S1] k[S1] v[S1] -> y[S1]"),
            Map.entry("attn.merged", "x[S1] -> y[S2]"),
            Map.entry("attn.out", "x[S2] weight[S1] bias[R] -> y[P]"),
            Map.entry("mid", "x0[S1] x1[S1] -> y[S1]"),
            Map.entry("ln2", "x[S1] weight[R] bias[R] -> y[S1]"),
            Map.entry("up", "x[R] weight[S0] bias[S0] -> y[S2]"),
            Map.entry("act", "x[S2] -> y[S2]"),
            Map.entry("down", "x[S2] weight[S1] bias[R] -> y[P]"),
            Map.entry("y", "x0[S1] x1[S1] -> y[S1]"),
            Map.entry("norm", "x[S1] weight[R] bias[R] -> y[S1]"),
            Map.entry("logits", "x[R] weight[S0] -> y[S2]"),
            Map.entry("loss", "logits[S2] targets[R] -> y[R]"));

    /** What one mesh axis does. */
    enum Axis {
        /** Each device has its part of the batch and all parameters. */
        BATCH,
        /** Columns and then rows of weights, norms and residuals on parts of the sequence. */
        MEGATRON
    }

    /** Those that a mesh can have. */
    static List<ExpertPlan> of(int axes) {
        List<ExpertPlan> plans = new ArrayList<>(List.of(
                same("data", Axis.BATCH, axes, false),
                same("zero3", Axis.BATCH, axes, true),
                same("megatron", Axis.MEGATRON, axes, false)));
        if (axes > 1) {
            List<Axis> hybrid = new ArrayList<>(List.of(Axis.BATCH));
            while (hybrid.size() < axes) {
                hybrid.add(Axis.MEGATRON);
            }
            plans.add(new ExpertPlan("hybrid", hybrid, false));
        }
        return plans;
    }

    private static ExpertPlan same(String name, Axis axis, int axes, boolean cutsParameters) {
        return new ExpertPlan(name, java.util.Collections.nCopies(axes, axis), cutsParameters);
    }

    /** Whether it uses a strategy. */
    boolean permits(OperatorNode node, Strategy strategy) {
        for (int axis = 0; axis < axes.size(); axis++) {
            String along = along(strategy, axis);
            boolean permitted = axes.get(axis) == Axis.MEGATRON
                    ? along.equals(MEGATRON.get(node.name()))
                    : isBatch(node, strategy, axis);
            if (!permitted) {
                return false;
            }
        }
        return true;
    }

    private static boolean isBatch(OperatorNode node, Strategy strategy, int axis) {
        int inputs = node.inputs().size();
        for (int i = 0; i < strategy.operands().size(); i++) {
            String wanted = i < inputs ? "S0" : "R";
            if (!on(strategy.operands().get(i), axis).equals(wanted)) {
                return false;
            }
        }
        return true;
    }

    private static String along(Strategy strategy, int axis) {
        StringBuilder text = new StringBuilder();
        int operands = strategy.operands().size();
        for (int i = 0; i < strategy.names().size(); i++) {
            Layout layout = i < operands
                    ? strategy.operands().get(i)
                    : strategy.outputs().get(i - operands);
            text.append(i == 0 ? "" : i == operands ? " -> " : " ");
            text.append(strategy.names().get(i))
                    .append('[')
                    .append(on(layout, axis))
                    .append(']');
        }
        return text.toString();
    }

    private static String on(Layout layout, int axis) {
        return layout.on(axis).toString();
    }
}
