package dev.ashlar.processor.solve;

import dev.ashlar.processor.solve.SyntheticJoint.Operator;
import dev.ashlar.processor.solve.SyntheticJoint.Strategy;
import dev.ashlar.processor.solve.SyntheticLayouts.Layout;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;

/** Nodes and tables of one block of {@link SyntheticJoint}: what lives when, by the labels that decide it. */
final class SyntheticJointBlock {
    private static final double UNIT = 1e9 * (1 << 20);
    private static final int FORWARD_KERNELS = 2;
    private static final int BACKWARD_KERNELS = 6;

    private final String name;
    private final SyntheticLayouts links;
    private final List<Made> made = new ArrayList<>();
    private final List<Copy> copies = new ArrayList<>();
    private int exit = -1;

    private enum Mode {
        KEPT,
        AGAIN,
        DROPPED
    }

    private record OperatorLabel(Strategy strategy, Mode mode) {}

    private record CopyLabel(Layout layout, Layout gradient, Mode mode) {}

    private record StorageLabel(List<Integer> sharded, boolean gatheredKept) {}

    /** An operator, or what the block before made. */
    private static final class Made {
        final Operator operator;
        final boolean entry;
        final List<OperatorLabel> labels = new ArrayList<>();
        final List<Integer> copiesIn = new ArrayList<>();
        final List<Integer> copiesOut = new ArrayList<>();
        int node;
        int storage = -1;
        int forward;
        int backward;
        int again;
        int end;

        Made(Operator operator, boolean entry) {
            this.operator = operator;
            this.entry = entry;
        }
    }

    /** A value as one reader reads it. */
    private static final class Copy {
        final int maker;
        final int reader;
        final List<CopyLabel> labels = new ArrayList<>();
        int node;
        int forward;
        int again;
        int reduce;

        Copy(int maker, int reader) {
            this.maker = maker;
            this.reader = reader;
        }
    }

    SyntheticJointBlock(String name, SyntheticLayouts links) {
        this.name = name;
        this.links = links;
    }

    int entry(Operator operator) {
        made.add(new Made(operator, true));
        return made.size() - 1;
    }

    int operator(Operator operator, int... inputs) {
        Made one = new Made(operator, false);
        made.add(one);
        for (int input : inputs) {
            one.copiesIn.add(copies.size());
            made.get(input).copiesOut.add(copies.size());
            copies.add(new Copy(input, made.size() - 1));
        }
        return made.size() - 1;
    }

    void exit(int operator) {
        exit = operator;
    }

    Block build() {
        int points = place();
        int forwardPoints = made.get(made.size() - 1).forward + FORWARD_KERNELS;
        BlockBuilder block = Block.builder(name, forwardPoints, points - forwardPoints);
        for (Made m : made) {
            addNode(block, m);
        }
        for (Made m : made) {
            addTimes(block, m);
            addOutput(block, m, forwardPoints);
        }
        for (Copy c : copies) {
            addCopy(block, c, forwardPoints);
        }
        for (Made m : made) {
            addReaders(block, m);
        }
        if (exit >= 0) {
            block.exit(made.get(exit).node);
        }
        return block.build();
    }

    /** Numbers the points; returns how many there are. */
    private int place() {
        int point = 0;
        for (Made m : made) {
            for (int c : m.copiesIn) {
                copies.get(c).forward = point++;
            }
            m.forward = point;
            point += m.entry ? 0 : FORWARD_KERNELS;
        }
        for (int k = made.size() - 1; k >= 0; k--) {
            Made m = made.get(k);
            for (int c : m.copiesIn) {
                made.get(copies.get(c).maker).again = point++;
                copies.get(c).again = point++;
            }
            m.backward = point;
            point += m.entry ? 0 : BACKWARD_KERNELS;
            for (int c : m.copiesIn) {
                copies.get(c).reduce = point++;
            }
            m.end = point;
        }
        return point;
    }

    private void addNode(BlockBuilder block, Made m) {
        for (Strategy s : m.operator.strategies()) {
            boolean partial = s.out().partial();
            m.labels.add(new OperatorLabel(s, partial ? Mode.DROPPED : Mode.KEPT));
            if (!m.operator.keepOnly()) {
                m.labels.add(new OperatorLabel(s, Mode.AGAIN));
            }
        }
        m.node = m.entry ? block.entry(m.labels.size()) : -1;
        for (int c : m.copiesIn) {
            Copy copy = copies.get(c);
            LinkedHashSet<CopyLabel> distinct = new LinkedHashSet<>();
            for (Strategy s : m.operator.strategies()) {
                Mode first = m.operator.needsInput() ? Mode.KEPT : Mode.DROPPED;
                distinct.add(new CopyLabel(s.in(), s.gradient(), first));
                distinct.add(new CopyLabel(s.in(), s.gradient(), Mode.AGAIN));
            }
            copy.labels.addAll(distinct);
            copy.node = block.node(distinct.size());
        }
        m.node = m.entry ? m.node : block.node(m.labels.size());
        if (!m.entry && m.operator.strategies().get(0).parameters() > 0) {
            m.storage = block.node(storage().size());
            addStorage(block, m);
        }
    }

    private List<StorageLabel> storage() {
        List<StorageLabel> labels = new ArrayList<>();
        for (int set = 0; set < 1 << links.axes(); set++) {
            List<Integer> sharded = new ArrayList<>();
            for (int axis = 0; axis < links.axes(); axis++) {
                if ((set >> axis & 1) > 0) {
                    sharded.add(axis);
                }
            }
            labels.add(new StorageLabel(sharded, false));
            if (set > 0) {
                labels.add(new StorageLabel(sharded, true));
            }
        }
        return labels;
    }

    private void addStorage(BlockBuilder block, Made m) {
        int[] nodes = {m.node, m.storage};
        List<StorageLabel> storage = storage();
        for (int u = 0; u < m.labels.size(); u++) {
            for (int v = 0; v < storage.size(); v++) {
                if (!m.labels
                        .get(u)
                        .strategy()
                        .replicated()
                        .containsAll(storage.get(v).sharded())) {
                    block.forbid(nodes, u, v);
                }
            }
        }
        block.addTable(Quantity.TIME, nodes, table(m.labels, storage, (o, s) -> UNIT * storageSeconds(o, s)));
        block.addTable(Quantity.STATIC, nodes, table(m.labels, storage, (o, s) -> 12 * part(o, s)));
        block.addTable(Quantity.GRADIENT, nodes, table(m.labels, storage, (o, s) -> 4 * part(o, s)));
        long[] whole = table(
                m.labels,
                storage,
                (o, s) -> s.sharded().isEmpty() ? 0 : 2 * o.strategy().parameters());
        long[] kept = table(
                m.labels, storage, (o, s) -> s.gatheredKept() ? 2 * o.strategy().parameters() : 0);
        block.addTable(Quantity.KEPT, nodes, kept);
        block.live(m.forward, m.forward + FORWARD_KERNELS, nodes, whole);
        block.live(m.backward, m.backward + BACKWARD_KERNELS, nodes, whole);
    }

    private double part(OperatorLabel o, StorageLabel s) {
        double part = o.strategy().parameters();
        for (int axis : s.sharded()) {
            part /= links.devices(axis);
        }
        return part;
    }

    private double storageSeconds(OperatorLabel o, StorageLabel s) {
        double seconds = 0;
        double full = 2 * o.strategy().parameters();
        for (int axis : o.strategy().replicated()) {
            boolean sharded = s.sharded().contains(axis);
            double gathers = sharded ? (s.gatheredKept() ? 1 : 2) + (o.mode() == Mode.AGAIN ? 1 : 0) : 0;
            seconds += (gathers + (sharded ? 1 : 2)) * links.gather(axis, full);
            full /= links.devices(axis);
        }
        return seconds;
    }

    private void addTimes(BlockBuilder block, Made m) {
        if (m.entry) {
            return;
        }
        long[] seconds = row(m.labels, o -> {
            double again = o.mode() == Mode.AGAIN ? o.strategy().forward() : 0;
            return UNIT * (o.strategy().forward() + o.strategy().backward() + again);
        });
        block.add(Quantity.TIME, m.node, seconds);
        int[] node = {m.node};
        long[] workspace = row(m.labels, o -> o.strategy().workspace());
        block.live(m.forward, m.forward + FORWARD_KERNELS, node, workspace);
        block.live(m.backward, m.backward + BACKWARD_KERNELS, node, workspace);
        for (int c : m.copiesIn) {
            Copy copy = copies.get(c);
            for (int u = 0; u < copy.labels.size(); u++) {
                for (int v = 0; v < m.labels.size(); v++) {
                    CopyLabel in = copy.labels.get(u);
                    OperatorLabel o = m.labels.get(v);
                    boolean same = in.layout().equals(o.strategy().in());
                    boolean there = in.mode() != Mode.DROPPED || o.mode() != Mode.AGAIN;
                    if (!same || !there) {
                        block.forbidPair(copy.node, m.node, u, v);
                    }
                }
            }
        }
    }

    /** The output where its end depends on no other label, and its gradient. */
    private void addOutput(BlockBuilder block, Made m, int forwardPoints) {
        int[] node = {m.node};
        long[] kept = row(m.labels, o -> o.mode() == Mode.KEPT ? local(m, o) : 0);
        long[] again = row(m.labels, o -> o.mode() == Mode.AGAIN ? local(m, o) : 0);
        long[] gradient = row(m.labels, o -> links.local(o.strategy().out().whole(), m.operator.bytes()));
        block.live(m.forward, forwardPoints, node, kept);
        int lastReader = m.copiesOut.stream()
                .mapToInt(c -> made.get(copies.get(c).reader).end)
                .max()
                .orElse(forwardPoints);
        block.live(forwardPoints, lastReader, node, kept);
        if (!m.entry) {
            block.add(Quantity.KEPT, m.node, kept);
        }
        if (!m.copiesOut.isEmpty()) {
            block.live(m.again, m.end, node, again);
            int first = m.copiesOut.stream()
                    .mapToInt(c -> copies.get(c).reduce)
                    .min()
                    .orElseThrow();
            block.live(first, m.end, node, gradient);
        }
    }

    private double local(Made m, OperatorLabel label) {
        return links.local(label.strategy().out(), m.operator.bytes());
    }

    private void addCopy(BlockBuilder block, Copy c, int forwardPoints) {
        Made maker = made.get(c.maker);
        Made reader = made.get(c.reader);
        int[] nodes = {maker.node, c.node};
        for (int u = 0; u < maker.labels.size(); u++) {
            for (int v = 0; v < c.labels.size(); v++) {
                boolean lost = maker.labels.get(u).mode() == Mode.DROPPED
                        && c.labels.get(v).mode() == Mode.AGAIN;
                if (lost || seconds(maker, maker.labels.get(u), c.labels.get(v)) == Double.POSITIVE_INFINITY) {
                    block.forbid(nodes, u, v);
                }
            }
        }
        block.addTable(Quantity.TIME, nodes, table(maker.labels, c.labels, (o, l) -> UNIT * seconds(maker, o, l)));
        long[] held = table(maker.labels, c.labels, (o, l) -> shared(o, l) ? 0 : copied(maker, l));
        long[] kept =
                table(maker.labels, c.labels, (o, l) -> l.mode() == Mode.KEPT && !shared(o, l) ? copied(maker, l) : 0);
        block.live(c.forward, reader.forward + FORWARD_KERNELS, nodes, held);
        block.addTable(Quantity.KEPT, nodes, kept);
        block.live(reader.forward + FORWARD_KERNELS, forwardPoints, nodes, kept);
        block.live(forwardPoints, reader.end, nodes, kept);
        long[] again =
                table(maker.labels, c.labels, (o, l) -> l.mode() == Mode.AGAIN && !shared(o, l) ? copied(maker, l) : 0);
        block.live(c.again, reader.backward + BACKWARD_KERNELS, nodes, again);
        block.live(
                reader.backward,
                c.reduce + 1,
                new int[] {c.node},
                row(c.labels, l -> links.local(l.gradient(), maker.operator.bytes())));
    }

    private double seconds(Made maker, OperatorLabel o, CopyLabel l) {
        double bytes = maker.operator.bytes();
        double forward = links.move(o.strategy().out(), l.layout(), bytes);
        double again = l.mode() == Mode.AGAIN ? 2 : 1;
        return forward == Double.POSITIVE_INFINITY
                ? forward
                : again * forward + links.move(l.gradient(), o.strategy().out().whole(), bytes);
    }

    private static boolean shared(OperatorLabel o, CopyLabel l) {
        return o.strategy().out().equals(l.layout());
    }

    private double copied(Made maker, CopyLabel l) {
        return links.local(l.layout(), maker.operator.bytes());
    }

    /** An output that is not kept lives until its last reader, which the layouts of all copies decide. */
    private void addReaders(BlockBuilder block, Made m) {
        if (m.copiesOut.isEmpty()) {
            return;
        }
        int count = m.copiesOut.size();
        int[] nodes = new int[count + 1];
        nodes[0] = m.node;
        int last = m.forward;
        for (int k = 0; k < count; k++) {
            nodes[k + 1] = copies.get(m.copiesOut.get(k)).node;
            last = Math.max(last, made.get(copies.get(m.copiesOut.get(k)).reader).forward + FORWARD_KERNELS);
        }
        for (int point = m.forward; point < last; point++) {
            int at = point;
            block.liveTable(point, nodes, joint(m, e -> end(m, e) > at ? 1 : 0));
        }
    }

    private long[] joint(Made m, IntToDoubleFunction alive) {
        int size = m.labels.size();
        for (int c : m.copiesOut) {
            size *= copies.get(c).labels.size();
        }
        long[] amounts = new long[size];
        for (int e = 0; e < size; e++) {
            OperatorLabel o = m.labels.get(e / (size / m.labels.size()));
            amounts[e] = o.mode() == Mode.KEPT ? 0 : Math.round(alive.applyAsDouble(e) * local(m, o));
        }
        return amounts;
    }

    private int end(Made m, int entry) {
        int size = m.labels.size();
        for (int c : m.copiesOut) {
            size *= copies.get(c).labels.size();
        }
        int rest = size / m.labels.size();
        OperatorLabel o = m.labels.get(entry / rest);
        int left = entry % rest;
        int end = 0;
        for (int c : m.copiesOut) {
            Copy copy = copies.get(c);
            rest /= copy.labels.size();
            CopyLabel l = copy.labels.get(left / rest);
            left %= rest;
            end = Math.max(end, shared(o, l) ? made.get(copy.reader).forward + FORWARD_KERNELS : copy.forward + 1);
        }
        return end;
    }

    private static <T> long[] row(List<T> labels, ToDoubleFunction<T> amount) {
        return labels.stream()
                .mapToLong(l -> Math.round(amount.applyAsDouble(l)))
                .toArray();
    }

    private static <T, U> long[] table(List<T> rows, List<U> columns, ToDoubleBiFunction<T, U> amount) {
        long[] amounts = new long[rows.size() * columns.size()];
        for (int i = 0; i < rows.size(); i++) {
            for (int j = 0; j < columns.size(); j++) {
                double value = amount.applyAsDouble(rows.get(i), columns.get(j));
                amounts[i * columns.size() + j] = value == Double.POSITIVE_INFINITY ? 0 : Math.round(value);
            }
        }
        return amounts;
    }
}
