package dev.ashlar.processor.recompute;

import dev.ashlar.processor.cost.CostModel;
import dev.ashlar.processor.cost.ModelCost;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.program.MemoryProfile;
import dev.ashlar.processor.solve.Block;
import dev.ashlar.processor.solve.BlockBuilder;
import dev.ashlar.processor.solve.Problem;
import dev.ashlar.processor.solve.Quantity;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;

/**
 * What a training step may compute again, as a problem: the first block holds what nothing changes, each other one is a piece with one
 * node, whose labels are the best entries of its menu. Memory is in bytes.
 */
public final class RecomputeProblem {
    /** Sums of times stay below this, far from what the solver refuses. */
    private static final double MOST_TIME = 0x1p55;

    private final Chain chain;
    private final Reading base;
    private final List<List<Entry>> menus;
    private final List<List<Entry>> entries;
    private final Problem problem;
    private final double unitSeconds;
    private final long rest;
    private final double seconds;

    /** @param menus all entries of every piece, of which the best are labels */
    private RecomputeProblem(Chain chain, Reading base, List<List<Entry>> menus, double seconds) {
        this.chain = chain;
        this.base = base;
        this.menus = menus;
        this.seconds = seconds;
        entries = menus.stream().map(Entry::best).toList();
        rest = base.rest();
        unitSeconds = unitSeconds(entries, seconds);
        problem = problem(chain, base, entries, seconds, unitSeconds);
    }

    /**
     * What a pin asks.
     *
     * @param operator full name of the operator
     * @param node the operator
     * @param again whether backward computes again what it makes
     */
    public record Pinned(String operator, OperatorNode node, boolean again) {}

    /**
     * The problem of a graph.
     *
     * @param graph that keeps everything
     * @param memory of its program
     * @param costs that price it
     * @param seconds that a step takes if everything is kept
     */
    public static RecomputeProblem of(TrainingGraph graph, MemoryProfile memory, CostModel costs, double seconds) {
        Menus menus = new Menus();
        Chain chain = Chain.of(graph, menus);
        Measured measured = new Measured(Chain.shortened(graph, menus), costs);
        Reading base = new Reading(chain, memory, costs.of(graph.train()));
        boolean chained = measured.isOrdered() && base.isOrdered();
        List<List<Entry>> entries = new ArrayList<>();
        for (int p = 0; p < chain.pieces().size(); p++) {
            List<Entry> all =
                    entries(p, base, measured.entries(chain.pieces().get(p).like()));
            entries.add(chained ? all : all.subList(0, 1));
        }
        return new RecomputeProblem(chain, base, entries, seconds);
    }

    /** The same with those labels alone that obey some pins; empty if a piece has none. */
    public Optional<RecomputeProblem> with(List<Pinned> pins) {
        List<List<Entry>> left = new ArrayList<>();
        for (int p = 0; p < menus.size(); p++) {
            int piece = p;
            List<Pinned> own = pins.stream()
                    .filter(pin -> chain.piece(pin.operator()) == piece)
                    .toList();
            left.add(menus.get(p).stream()
                    .filter(e -> own.stream().allMatch(pin -> obeys(piece, e, pin)))
                    .toList());
        }
        boolean inNoPiece = pins.stream().anyMatch(pin -> pin.again() && chain.piece(pin.operator()) < 0);
        return inNoPiece || left.stream().anyMatch(List::isEmpty)
                ? Optional.empty()
                : Optional.of(new RecomputeProblem(chain, base, left, seconds));
    }

    private boolean obeys(int piece, Entry entry, Pinned pin) {
        return chain.pieces().get(piece).menu().makers(entry.label()).contains(pin.node()) == pin.again();
    }

    /** What a label changes is read off the shortened model, the rest off the whole one. */
    private static List<Entry> entries(int piece, Reading base, List<Entry> shortened) {
        Entry kept = shortened.get(0);
        List<Entry> entries = new ArrayList<>();
        for (Entry entry : shortened) {
            entries.add(new Entry(
                    entry.label(),
                    entry.seconds(),
                    base.kept(piece) + entry.kept() - kept.kept(),
                    base.forwardOwn(piece) + entry.forward() - kept.forward(),
                    base.backwardOwn(piece) + entry.backward() - kept.backward()));
        }
        return entries;
    }

    /** 2^-20 ns, or the smallest multiple of it by a power of two with which all sums fit. */
    private static double unitSeconds(List<List<Entry>> entries, double seconds) {
        double most = seconds;
        for (List<Entry> piece : entries) {
            most += piece.stream().mapToDouble(Entry::seconds).max().orElse(0);
        }
        double unit = 1e-9 * 0x1p-20;
        while (most / unit > MOST_TIME) {
            unit *= 2;
        }
        return unit;
    }

    private static Problem problem(
            Chain chain, Reading base, List<List<Entry>> entries, double seconds, double unitSeconds) {
        List<Block> blocks = new ArrayList<>();
        BlockBuilder always = Block.builder("always", 1, 0);
        int only = always.node(1);
        always.add(Quantity.TIME, only, Math.round(seconds / unitSeconds)).live(0, only, base.rest());
        blocks.add(always.build());
        long[] growth = growth(chain, entries);
        long later = LongStream.of(growth).sum();
        Map<List<Entry>, Map<Long, Block>> known = new HashMap<>();
        for (int p = 0; p < growth.length; p++) {
            long gradients = growth[p];
            later -= gradients;
            long before = later;
            List<Entry> own = entries.get(p).stream()
                    .map(e -> e.withBackward(e.backward() - (e.backward() == 0 ? 0 : before)))
                    .toList();
            String name = chain.pieces().get(p).name();
            blocks.add(known.computeIfAbsent(own, e -> new HashMap<>())
                    .computeIfAbsent(gradients, g -> block(name, own, g, unitSeconds)));
        }
        return Problem.of(blocks);
    }

    private static Block block(String name, List<Entry> entries, long gradients, double unitSeconds) {
        BlockBuilder block = Block.builder(name, 1, 1);
        int node = block.node(entries.size());
        return block.add(Quantity.TIME, node, amounts(entries, e -> Math.round(e.seconds() / unitSeconds)))
                .add(Quantity.KEPT, node, amounts(entries, Entry::kept))
                .add(Quantity.GRADIENT, node, amounts(entries, e -> gradients))
                .live(0, node, amounts(entries, Entry::forward))
                .live(1, node, amounts(entries, Entry::backward))
                .build();
    }

    private static long[] amounts(List<Entry> entries, ToLongFunction<Entry> amount) {
        return entries.stream().mapToLong(amount).toArray();
    }

    /**
     * By how much memory grows in backward from a repetition to the one before it, which is the gradients of its parameters. With it taken
     * out, equal repetitions are equal blocks. Where that does not come out even it stays with the pieces themselves.
     */
    private static long[] growth(Chain chain, List<List<Entry>> entries) {
        long[] growth = new long[entries.size()];
        for (int p = 1; p < growth.length; p++) {
            if (chain.pieces().get(p).menu() == chain.pieces().get(p - 1).menu()) {
                long more = entries.get(p - 1).get(0).backward()
                        - entries.get(p).get(0).backward();
                growth[p] = Math.max(0, more);
            }
        }
        long later = 0;
        for (int p = growth.length - 1; p >= 0; p--) {
            long least = later;
            if (entries.get(p).stream().anyMatch(e -> e.backward() != 0 && e.backward() < least)) {
                return new long[growth.length];
            }
            later += growth[p];
        }
        return growth;
    }

    public Problem problem() {
        return problem;
    }

    /** The graph that drops what a labelling says. */
    public TrainingGraph apply(List<Integer> labels) {
        List<Integer> places = new ArrayList<>();
        for (int p = 0; p < entries.size(); p++) {
            places.add(
                    entries.get(p).get(labels.get(problem.variable(p + 1, 0))).label());
        }
        return chain.with(places);
    }

    /** Whether there is anything to choose. */
    public boolean hasChoices() {
        return entries.stream().anyMatch(e -> e.size() > 1);
    }

    /** The labelling that drops nothing. */
    public List<Integer> keepAll() {
        return Collections.nCopies(problem.variables(), 0);
    }

    /** Seconds of a time of the problem. */
    public double seconds(long time) {
        return time * unitSeconds;
    }

    Reading read(MemoryProfile memory, ModelCost costs) {
        return new Reading(chain, memory, costs);
    }

    /**
     * What a labelling comes to.
     *
     * @param forward most bytes within the forward of every piece
     * @param backward most bytes within its backward; zero if it has none
     * @param peak most bytes at any time
     * @param time in units of the problem
     */
    record Sums(List<Long> forward, List<Long> backward, long peak, long time) {}

    /** Adds up a labelling piece by piece. */
    Sums sums(List<Integer> labels) {
        List<Long> forward = new ArrayList<>();
        List<Long> backward = new ArrayList<>();
        long kept = 0;
        long peak = rest;
        long time = Math.round(seconds / unitSeconds);
        for (int p = 0; p < entries.size(); p++) {
            Entry entry = entries.get(p).get(labels.get(problem.variable(p + 1, 0)));
            forward.add(kept + entry.forward());
            backward.add(entry.backward() == 0 ? 0 : kept + entry.backward());
            peak = Math.max(peak, Math.max(forward.get(p), backward.get(p)));
            kept += entry.kept();
            time += Math.round(entry.seconds() / unitSeconds);
        }
        return new Sums(forward, backward, peak, time);
    }
}
