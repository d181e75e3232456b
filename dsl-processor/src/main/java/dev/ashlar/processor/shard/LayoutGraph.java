package dev.ashlar.processor.shard;

import dev.ashlar.processor.device.Mesh;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.stream.Stream;

/** All layouts of one tensor, joined by moves, with the shortest paths that were asked for. */
final class LayoutGraph {
    private final List<Layout> layouts;
    private final Map<Layout, Integer> numbers = new HashMap<>();
    private final Moves moves;
    private final String tensor;
    private final Map<Integer, List<Edge>> edges = new HashMap<>();
    private final Map<Integer, Tree> trees = new HashMap<>();

    private record Edge(int target, Move move) {}

    /** Shortest paths from one layout: the last move to each, where it comes from, and the time of all. */
    private static final class Tree {
        private final Move[] last;
        private final int[] before;
        private final long[] ticks;

        Tree(int layouts) {
            last = new Move[layouts];
            before = new int[layouts];
            ticks = new long[layouts];
            Arrays.fill(before, -1);
        }
    }

    /** The best way to a layout that is known so far. */
    private record Reached(long ticks, int moves, int layout) {}

    LayoutGraph(Collectives collectives, List<Long> shape, int elementBytes) {
        this.moves = new Moves(collectives, shape, elementBytes);
        this.tensor = shape + " on mesh " + collectives.mesh();
        this.layouts = layouts(collectives.mesh(), shape);
        layouts.forEach(layout -> numbers.put(layout, numbers.size()));
    }

    private static List<Layout> layouts(Mesh mesh, List<Long> shape) {
        List<Placement> placements =
                new ArrayList<>(List.of(Placement.REPLICATED, Placement.PARTIAL, Placement.PARTIAL_MAXIMUM));
        for (int dimension = 0; dimension < shape.size(); dimension++) {
            placements.add(Placement.shard(dimension));
        }
        List<List<Placement>> all = List.of(List.of());
        for (int meshAxis = 0; meshAxis < mesh.rank(); meshAxis++) {
            all = all.stream()
                    .flatMap(outer -> placements.stream()
                            .map(p ->
                                    Stream.concat(outer.stream(), Stream.of(p)).toList()))
                    .toList();
        }
        return all.stream()
                .filter(Layout::reducesOneWay)
                .map(Layout::new)
                .filter(layout -> layout.divides(shape, mesh))
                .toList();
    }

    List<Layout> layouts() {
        return layouts;
    }

    Path path(Layout from, Layout to) {
        int source = number(from);
        int target = number(to);
        Tree tree = tree(source, target);
        Deque<Move> path = new ArrayDeque<>();
        for (int at = target; at != source; at = tree.before[at]) {
            path.addFirst(tree.last[at]);
        }
        return Path.of(List.copyOf(path));
    }

    long ticks(Layout from, Layout to) {
        int target = number(to);
        return tree(number(from), target).ticks[target];
    }

    private Tree tree(int source, int target) {
        Tree tree = trees.computeIfAbsent(source, this::dijkstra);
        if (target != source && tree.before[target] < 0) {
            throw new IllegalArgumentException(
                    "no way from " + layouts.get(source) + " to " + layouts.get(target) + " for " + tensor);
        }
        return tree;
    }

    private int number(Layout layout) {
        Integer number = numbers.get(layout);
        if (number == null) {
            throw new IllegalArgumentException(layout + " does not cut " + tensor + " into equal parts");
        }
        return number;
    }

    private Tree dijkstra(int from) {
        Tree tree = new Tree(layouts.size());
        Reached[] best = new Reached[layouts.size()];
        PriorityQueue<Reached> open = new PriorityQueue<>(Comparator.comparingLong(Reached::ticks)
                .thenComparingInt(Reached::moves)
                .thenComparingInt(Reached::layout));
        best[from] = new Reached(0, 0, from);
        open.add(best[from]);
        while (!open.isEmpty()) {
            Reached here = open.remove();
            if (here.equals(best[here.layout()])) { // else a better way was found later
                for (Edge edge : edges.computeIfAbsent(here.layout(), this::edges)) {
                    relax(here, edge, tree, best, open);
                }
            }
        }
        return tree;
    }

    private List<Edge> edges(int from) {
        return moves.from(layouts.get(from)).stream()
                .map(move -> new Edge(number(move.to()), move))
                .toList();
    }

    private static void relax(Reached here, Edge edge, Tree tree, Reached[] best, PriorityQueue<Reached> open) {
        int target = edge.target();
        long ticks = Math.addExact(here.ticks(), edge.move().ticks());
        Reached there = new Reached(ticks, here.moves() + 1, target);
        Reached known = best[target];
        boolean same = there.equals(known);
        boolean better = known == null
                || ticks < known.ticks()
                || (ticks == known.ticks() && there.moves() < known.moves())
                || (same && here.layout() < tree.before[target]);
        if (better) {
            tree.last[target] = edge.move();
            tree.before[target] = here.layout();
            tree.ticks[target] = ticks;
            best[target] = there;
            if (!same) {
                open.add(there);
            }
        }
    }
}
