package dev.ashlar.processor.solve;

import dev.ashlar.processor.solve.SyntheticLayouts.Layout;
import dev.ashlar.processor.solve.SyntheticLayouts.Placement;
import java.util.ArrayList;
import java.util.List;

/**
 * A transformer as the joint planner sees it: operators, copies of their values and the storage of their parameters are nodes of 12 to
 * 48 labels, a layer has about 150 time points and tables over three nodes where a value has two groups of readers. Costs are
 * synthetic; time in 2^-20 ns, memory in bytes.
 */
final class SyntheticJoint {
    private static final double FLOPS = 312e12 * 0.55;
    private static final double BANDWIDTH = 1400e9;
    private static final Placement B = Placement.BATCH;
    private static final Placement S = Placement.SEQUENCE;
    private static final Placement H = Placement.HIDDEN;
    private static final Placement R = Placement.REPLICATED;
    private static final Placement P = Placement.PARTIAL;

    /** By axis, repeated from the third on. */
    private static final List<List<Placement>> RESIDUAL = List.of(List.of(B, S), List.of(B, S, R), List.of(B, H, R));

    private static final List<List<Placement>> NORM = List.of(List.of(B, S), List.of(B, S, R), List.of(B, R));
    private static final List<List<Placement>> POINTWISE =
            List.of(List.of(B, S), List.of(B, S, H, R), List.of(B, H, R));
    private static final List<List<Placement>> ATTENTION = List.of(List.of(B, H), List.of(B, H, R), List.of(B, H, R));

    private final SyntheticLayouts links;
    private final int layers;
    private final double hidden;
    private final double batch;
    private final double sequence;
    private final double vocabulary;

    SyntheticJoint(int[] mesh, int layers, double hidden, double batch, double sequence, double[] bandwidths) {
        links = new SyntheticLayouts(mesh, bandwidths);
        this.layers = layers;
        this.hidden = hidden;
        this.batch = batch;
        this.sequence = sequence;
        vocabulary = 50304;
    }

    Problem problem() {
        List<Block> blocks = new ArrayList<>();
        SyntheticJointBlock first = new SyntheticJointBlock("embedding", links);
        int ids = first.operator(pointwise("ids", 1, NORM, false, true));
        int embedding = first.operator(linear("embedding", vocabulary / 1000, hidden, RESIDUAL), ids);
        first.exit(first.operator(pointwise("x", hidden, RESIDUAL, false, true), embedding));
        blocks.add(first.build());
        Block layer = layer();
        for (int b = 0; b < layers; b++) {
            blocks.add(layer);
        }
        SyntheticJointBlock last = new SyntheticJointBlock("head", links);
        int x = last.entry(pointwise("x", hidden, RESIDUAL, false, true));
        int norm = last.operator(norm("norm"), x);
        int head = last.operator(linear("head", hidden, vocabulary, POINTWISE), norm);
        last.operator(pointwise("loss", vocabulary, NORM, true, false), head);
        blocks.add(last.build());
        return Problem.of(blocks);
    }

    private Block layer() {
        SyntheticJointBlock block = new SyntheticJointBlock("layer", links);
        int x = block.entry(pointwise("x", hidden, RESIDUAL, false, true));
        int norm1 = block.operator(norm("norm1"), x);
        int qkv = block.operator(linear("qkv", hidden, 3 * hidden, POINTWISE), norm1);
        int attention = block.operator(attention(), qkv);
        int projection = block.operator(linear("projection", hidden, hidden, POINTWISE), attention);
        int middle = block.operator(pointwise("middle", hidden, RESIDUAL, false, false), x, projection);
        int norm2 = block.operator(norm("norm2"), middle);
        int up = block.operator(linear("up", hidden, 4 * hidden, POINTWISE), norm2);
        int gelu = block.operator(pointwise("gelu", 4 * hidden, POINTWISE, true, false), up);
        int down = block.operator(linear("down", 4 * hidden, hidden, POINTWISE), gelu);
        block.exit(block.operator(pointwise("x", hidden, RESIDUAL, false, true), middle, down));
        return block.build();
    }

    private double bytes(double width) {
        return batch * sequence * width * 2;
    }

    /**
     * A strategy; seconds and bytes of one device.
     *
     * @param in layout of every input
     * @param gradient layout of the gradient of every input
     * @param parameters of the part that is used
     * @param replicated mesh axes along which the parameters are replicated
     */
    record Strategy(
            Layout in,
            Layout gradient,
            Layout out,
            double forward,
            double backward,
            double workspace,
            double parameters,
            List<Integer> replicated) {}

    /**
     * An operator.
     *
     * @param bytes of the whole output
     * @param needsInput in its backward
     * @param keepOnly whether its output is never computed again
     */
    record Operator(String name, double bytes, boolean needsInput, boolean keepOnly, List<Strategy> strategies) {}

    private Operator pointwise(
            String name, double width, List<List<Placement>> byAxis, boolean needsInput, boolean keepOnly) {
        List<Strategy> strategies = new ArrayList<>();
        for (Layout layout : layouts(byAxis)) {
            double local = links.local(layout, bytes(width));
            double seconds = 3 * local / BANDWIDTH;
            strategies.add(new Strategy(layout, layout, layout, seconds, 1.5 * seconds, local, 0, List.of()));
        }
        return new Operator(name, bytes(width), needsInput, keepOnly, strategies);
    }

    private Operator norm(String name) {
        List<Strategy> strategies = new ArrayList<>();
        for (Layout layout : layouts(NORM)) {
            double local = links.local(layout, bytes(hidden));
            double seconds = 2 * local / BANDWIDTH;
            strategies.add(new Strategy(
                    layout, layout, layout, seconds, 2 * seconds, 2 * local, hidden, sharding(layout, false)));
        }
        return new Operator(name, bytes(hidden), true, false, strategies);
    }

    private Operator attention() {
        List<Strategy> strategies = new ArrayList<>();
        for (Layout layout : layouts(ATTENTION)) {
            double seconds = links.local(layout, 2 * batch * sequence * sequence * hidden / FLOPS / 0.7);
            double local = links.local(layout, bytes(hidden));
            strategies.add(new Strategy(layout, layout, layout, seconds, 2.5 * seconds, 5 * local, 0, List.of()));
        }
        return new Operator("attention", bytes(hidden), true, false, strategies);
    }

    /** A replicated input gives columns of the output, a sharded one a partial sum. */
    private Operator linear(String name, double rows, double columns, List<List<Placement>> byAxis) {
        List<Strategy> strategies = new ArrayList<>();
        for (Layout in : layouts(byAxis)) {
            List<Placement> out =
                    in.axes().stream().map(p -> p == R ? H : p == H ? P : p).toList();
            double share = 1;
            for (int axis = 0; axis < links.axes(); axis++) {
                share /= in.axes().get(axis) == R || in.axes().get(axis) == H ? links.devices(axis) : 1;
            }
            double devices = links.local(new Layout(java.util.Collections.nCopies(links.axes(), B)), 1);
            double seconds = 2 * batch * sequence * rows * columns * devices / FLOPS;
            strategies.add(new Strategy(
                    in,
                    in.gradient(),
                    new Layout(out),
                    seconds,
                    2 * seconds,
                    links.local(in, bytes(rows)) / 4,
                    rows * columns * share,
                    sharding(in, true)));
        }
        return new Operator(name, bytes(columns), true, false, strategies);
    }

    /** Mesh axes along which the parameters are replicated. */
    private static List<Integer> sharding(Layout in, boolean product) {
        List<Integer> axes = new ArrayList<>();
        for (int axis = 0; axis < in.axes().size(); axis++) {
            Placement p = in.axes().get(axis);
            if (p == B || p == S || !product) {
                axes.add(axis);
            }
        }
        return axes;
    }

    private List<Layout> layouts(List<List<Placement>> byAxis) {
        List<List<Placement>> all = new ArrayList<>();
        for (int axis = 0; axis < links.axes(); axis++) {
            all.add(byAxis.get(Math.min(axis, byAxis.size() - 1)));
        }
        return SyntheticLayouts.all(all);
    }
}
