package dev.ashlar.processor.solve;

import dev.ashlar.processor.solve.SyntheticMesh.Layout;
import dev.ashlar.processor.solve.SyntheticMesh.Placement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A GPT-like chain on a mesh of two axes, with the label counts of a real one (12 to 60 a node): strategies of every operator times
 * keep, recompute, drop. Costs are synthetic; time in 2^-20 ns, memory in bytes.
 */
final class SyntheticGpt {
    private static final double FLOPS = 312e12 * 0.55;
    private static final double BANDWIDTH = 1400e9;
    private static final double UNIT = 1e9 * (1 << 20);

    private enum Mode {
        KEEP,
        RECOMPUTE,
        DROP
    }

    /** One label; seconds and bytes of one device. */
    private record Label(
            Layout in,
            Layout inGradient,
            Layout out,
            Mode mode,
            double seconds,
            double fixed,
            double live,
            double workspace) {}

    /** One operator with its labels; {@code needsInput} in its backward. */
    private record Operator(String name, double bytes, boolean needsInput, List<Label> labels) {}

    private final int[] mesh;
    private final int layers;
    private final double hidden;
    private final double batch;
    private final double sequence;
    private final double vocabulary;
    private final SyntheticMesh links;
    private final Map<List<String>, double[]> edges = new HashMap<>();

    /**
     * @param links bytes a second of both axes
     */
    SyntheticGpt(
            int[] mesh, int layers, double hidden, double batch, double sequence, double vocabulary, double[] links) {
        this.mesh = mesh;
        this.layers = layers;
        this.hidden = hidden;
        this.batch = batch;
        this.sequence = sequence;
        this.vocabulary = vocabulary;
        this.links = new SyntheticMesh(mesh, links);
    }

    Problem problem() {
        Block layer = layer();
        List<Block> blocks = new ArrayList<>();
        blocks.add(first());
        for (int i = 0; i < layers; i++) {
            blocks.add(layer);
        }
        blocks.add(last());
        return Problem.of(blocks);
    }

    private Block first() {
        Builder builder = new Builder("embedding", 2);
        int table = builder.node(embedding());
        int x = builder.node(pointwise("x", hidden, 1, false, true, true));
        builder.edge(table, x);
        builder.block.exit(x);
        return builder.block.build();
    }

    private Block layer() {
        Builder builder = new Builder("layer", 14);
        Operator x = pointwise("x", hidden, 1, false, true, true);
        int entry = builder.entry(x);
        int mid = half(
                builder,
                entry,
                List.of(
                        norm("norm1"),
                        matmul("qkv", hidden, 3 * hidden, false),
                        pointwise("rope", 3 * hidden, 1, false, true, false),
                        attention(),
                        matmul("proj", hidden, hidden, false),
                        pointwise("drop1", hidden, 1, false, false, false)),
                pointwise("mid", hidden, 2, false, true, false));
        int y = half(
                builder,
                mid,
                List.of(
                        norm("norm2"),
                        matmul("up", hidden, 4 * hidden, false),
                        pointwise("bias", 4 * hidden, 1, false, true, false),
                        pointwise("gelu", 4 * hidden, 1, true, true, false),
                        matmul("down", 4 * hidden, hidden, false),
                        pointwise("drop2", hidden, 1, false, false, false)),
                pointwise("x", hidden, 2, false, true, true));
        builder.block.exit(y);
        return builder.block.build();
    }

    private Block last() {
        Builder builder = new Builder("head", 3);
        int x = builder.entry(pointwise("x", hidden, 1, false, true, true));
        int norm = builder.node(norm("norm"));
        int head = builder.node(matmul("head", hidden, vocabulary, true));
        int loss = builder.node(loss());
        builder.edge(x, norm);
        builder.edge(norm, head);
        builder.edge(head, loss);
        return builder.block.build();
    }

    private int half(Builder builder, int entry, List<Operator> operators, Operator sum) {
        int last = entry;
        for (Operator operator : operators) {
            int node = builder.node(operator);
            builder.edge(last, node);
            last = node;
        }
        int node = builder.node(sum);
        builder.edge(last, node);
        builder.edge(entry, node);
        return node;
    }

    /** A block whose time points are its operators: what earlier ones hold, and the operator's own workspace. */
    private final class Builder {
        final BlockBuilder block;
        final int points;
        final List<Operator> operators = new ArrayList<>();
        int entries;

        Builder(String name, int points) {
            block = Block.builder(name, 0, points);
            this.points = points;
        }

        int entry(Operator operator) {
            operators.add(operator);
            entries++;
            return block.entry(operator.labels().size());
        }

        int node(Operator operator) {
            List<Label> labels = operator.labels();
            int node = block.node(labels.size());
            int own = operators.size() - entries;
            operators.add(operator);
            block.add(Quantity.TIME, node, amounts(labels, l -> l.seconds() * UNIT));
            block.add(Quantity.STATIC, node, amounts(labels, Label::fixed));
            block.add(Quantity.KEPT, node, amounts(labels, l -> l.mode() == Mode.KEEP ? l.live() : 0));
            for (int point = own; point < points; point++) {
                block.live(point, node, amounts(labels, l -> l.mode() == Mode.DROP ? 0 : l.live()));
            }
            block.live(own, node, amounts(labels, Label::workspace));
            return node;
        }

        void edge(int u, int v) {
            Operator from = operators.get(u);
            Operator to = operators.get(v);
            double[] costs =
                    edges.computeIfAbsent(List.of(from.name(), to.name()), k -> SyntheticGpt.this.edge(from, to));
            int labels = to.labels().size();
            long[] time = new long[costs.length];
            for (int e = 0; e < costs.length; e++) {
                if (costs[e] == Double.POSITIVE_INFINITY) {
                    block.forbidPair(u, v, e / labels, e % labels);
                } else {
                    time[e] = Math.round(costs[e] * UNIT);
                }
            }
            block.addPair(Quantity.TIME, u, v, time);
        }

        private long[] amounts(List<Label> labels, java.util.function.ToDoubleFunction<Label> amount) {
            return labels.stream()
                    .mapToLong(l -> Math.round(amount.applyAsDouble(l)))
                    .toArray();
        }
    }

    private double[] edge(Operator from, Operator to) {
        int n = to.labels().size();
        double[] costs = new double[from.labels().size() * n];
        for (int i = 0; i < from.labels().size(); i++) {
            for (int j = 0; j < n; j++) {
                Label u = from.labels().get(i);
                Label v = to.labels().get(j);
                boolean again = to.needsInput() || v.mode() == Mode.RECOMPUTE;
                double forward = links.move(u.out(), v.in(), from.bytes());
                double backward = links.move(v.inGradient(), u.out().whole(), from.bytes());
                boolean lost = u.mode() == Mode.DROP && v.mode() == Mode.RECOMPUTE;
                costs[i * n + j] = lost ? Double.POSITIVE_INFINITY : forward * (again ? 2 : 1) + backward;
            }
        }
        return costs;
    }

    private double activation(double width) {
        return batch * sequence * width * 2;
    }

    private void add(List<Label> labels, Label label, double forward, boolean outputNeeded, boolean keepOnly) {
        for (Mode mode : Mode.values()) {
            boolean allowed = mode == Mode.KEEP && !label.out().partial()
                    || mode != Mode.KEEP && !keepOnly && !(mode == Mode.DROP && outputNeeded);
            if (allowed) {
                double seconds = label.seconds() + (mode == Mode.RECOMPUTE ? forward : 0);
                labels.add(new Label(
                        label.in(),
                        label.inGradient(),
                        label.out(),
                        mode,
                        seconds,
                        label.fixed(),
                        label.live(),
                        label.workspace()));
            }
        }
    }

    /** Sharded over batch, sequence, output columns or summed rows; parameters gathered in forward alone or in both directions. */
    private Operator matmul(String name, double rows, double columns, boolean outputNeeded) {
        double bytes = activation(columns);
        double forward = 2 * batch * sequence * rows * columns / (mesh[0] * mesh[1]) / FLOPS;
        Placement[] in = {Placement.BATCH, Placement.SEQUENCE, Placement.REPLICATED, Placement.HIDDEN};
        Placement[] gradient = {Placement.BATCH, Placement.SEQUENCE, Placement.PARTIAL, Placement.HIDDEN};
        Placement[] out = {Placement.BATCH, Placement.SEQUENCE, Placement.HIDDEN, Placement.PARTIAL};
        List<Label> labels = new ArrayList<>();
        for (int outer : new int[] {0, 2, 3}) {
            for (int inner = 0; inner < 4; inner++) {
                Layout input = new Layout(in[outer], in[inner]);
                Layout output = new Layout(out[outer], out[inner]);
                double workspace = links.local(output.whole(), bytes) + 2 * links.local(input, activation(rows));
                double parameters = rows * columns / (outer >= 2 ? mesh[0] : 1) / (inner >= 2 ? mesh[1] : 1);
                Label label = new Label(
                        input,
                        new Layout(gradient[outer], gradient[inner]),
                        output,
                        Mode.KEEP,
                        3 * forward,
                        0,
                        links.local(output, bytes),
                        workspace);
                addParameters(labels, label, forward, parameters, outer < 2, inner < 2, outputNeeded);
            }
        }
        return new Operator(name, bytes, true, labels);
    }

    private void addParameters(
            List<Label> labels,
            Label label,
            double forward,
            double parameters,
            boolean outer,
            boolean inner,
            boolean needed) {
        double copies = (outer ? mesh[0] : 1) * (inner ? mesh[1] : 1);
        if (!outer && !inner) {
            add(labels, with(label, 0, 16 * parameters, 0), forward, needed, false);
            return;
        }
        double gather = links.gather(outer, inner, 2 * parameters);
        double sharded = 2 * parameters + 14 * parameters / copies;
        add(labels, with(label, 2 * gather, sharded, 2 * parameters), forward, needed, false);
        double recomputed = forward + gather;
        add(labels, with(label, 3 * gather, 16 * parameters / copies, 4 * parameters), recomputed, needed, false);
    }

    private static Label with(Label l, double seconds, double fixed, double workspace) {
        return new Label(
                l.in(),
                l.inGradient(),
                l.out(),
                l.mode(),
                l.seconds() + seconds,
                fixed,
                l.live(),
                l.workspace() + workspace);
    }

    private Operator pointwise(
            String name, double width, int inputs, boolean needsInput, boolean outputNeeded, boolean keepOnly) {
        Placement[] outer = {Placement.BATCH, Placement.HIDDEN, Placement.REPLICATED};
        Placement[] inner = {Placement.BATCH, Placement.SEQUENCE, Placement.HIDDEN, Placement.REPLICATED};
        return same(name, activation(width), outer, inner, inputs, needsInput, outputNeeded, keepOnly, 0);
    }

    private Operator norm(String name) {
        Placement[] outer = {Placement.BATCH, Placement.REPLICATED};
        Placement[] inner = {Placement.BATCH, Placement.SEQUENCE, Placement.REPLICATED};
        return same(name, activation(hidden), outer, inner, 1, true, true, false, 2 * hidden);
    }

    private Operator same(
            String name,
            double bytes,
            Placement[] outer,
            Placement[] inner,
            int inputs,
            boolean needsInput,
            boolean outputNeeded,
            boolean keepOnly,
            double parameters) {
        List<Label> labels = new ArrayList<>();
        for (Placement o : outer) {
            for (Placement i : inner) {
                Layout layout = new Layout(o, i);
                double local = links.local(layout, bytes);
                double forward = local * (inputs + 1) / BANDWIDTH;
                double reduce = parameters > 0 ? 2 * links.gather(o.shards(), i.shards(), 2 * parameters) : 0;
                double seconds = 2.5 * forward + reduce;
                Label label = new Label(
                        layout, layout, layout, Mode.KEEP, seconds, 16 * parameters, local, local * (1 + inputs));
                add(labels, label, forward, outputNeeded, keepOnly);
            }
        }
        return new Operator(name, bytes, needsInput, labels);
    }

    private Operator attention() {
        double bytes = activation(hidden);
        List<Label> labels = new ArrayList<>();
        for (Placement o : new Placement[] {Placement.BATCH, Placement.HIDDEN, Placement.REPLICATED}) {
            for (Placement i : new Placement[] {Placement.BATCH, Placement.HIDDEN, Placement.REPLICATED}) {
                Layout layout = new Layout(o, i);
                double forward = links.local(layout, 2 * batch * sequence * sequence * hidden / FLOPS / 0.7);
                double local = links.local(layout, bytes);
                add(
                        labels,
                        new Label(layout, layout, layout, Mode.KEEP, 3.5 * forward, 0, local, 4 * local),
                        forward,
                        true,
                        false);
            }
        }
        return new Operator("attention", bytes, true, labels);
    }

    private Operator embedding() {
        double bytes = activation(hidden);
        Placement[] out = {Placement.BATCH, Placement.SEQUENCE, Placement.HIDDEN, Placement.PARTIAL};
        List<Label> labels = new ArrayList<>();
        for (int outer : new int[] {0, 2, 3}) {
            for (int inner = 0; inner < 4; inner++) {
                Layout layout = new Layout(out[outer], out[inner]);
                double local = links.local(layout.whole(), bytes);
                double forward = 2 * local / BANDWIDTH;
                double parameters = vocabulary * hidden / (outer >= 2 ? mesh[0] : 1) / (inner >= 2 ? mesh[1] : 1);
                Label label =
                        new Label(layout, layout, layout, Mode.KEEP, 2 * forward, 0, links.local(layout, bytes), local);
                addParameters(labels, label, forward, parameters, outer < 2, inner < 2, false);
            }
        }
        return new Operator("embedding", bytes, false, labels);
    }

    private Operator loss() {
        List<Label> labels = new ArrayList<>();
        for (Placement o : new Placement[] {Placement.BATCH, Placement.HIDDEN}) {
            for (Placement i : new Placement[] {Placement.BATCH, Placement.SEQUENCE, Placement.HIDDEN}) {
                Layout layout = new Layout(o, i);
                double local = links.local(layout, activation(vocabulary));
                double statistics = 0;
                statistics += i == Placement.HIDDEN ? 2 * links.gather(1, batch * sequence * 8) : 0;
                statistics += o == Placement.HIDDEN ? 2 * links.gather(0, batch * sequence * 8) : 0;
                double seconds = 4 * local / BANDWIDTH + statistics;
                labels.add(new Label(layout, layout, layout, Mode.KEEP, seconds, 0, 1, 3 * local));
            }
        }
        return new Operator("loss", 1, true, labels);
    }
}
