package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Small seeded problems: chains, skips, nodes that pass through, shared nodes in many tables, repeated blocks, overlap. */
final class RandomProblems {
    private static final double MOST_LABELLINGS = 1_500;

    private final SplittableRandom random;
    private final boolean overlap;

    private RandomProblems(long seed, boolean overlap) {
        random = new SplittableRandom(seed);
        this.overlap = overlap;
    }

    /** Every third problem overlaps communication and compute. */
    static Problem of(long seed) {
        return of(seed, seed % 3 == 0);
    }

    static Problem of(long seed, boolean overlap) {
        RandomProblems problems = new RandomProblems(seed, overlap);
        while (true) {
            Problem problem = problems.problem();
            double labellings = 1;
            for (int v = 0; v < problem.variables(); v++) {
                labellings *= problem.labels(v);
            }
            if (labellings <= MOST_LABELLINGS) {
                return problem;
            }
        }
    }

    private Problem problem() {
        int count = 1 + random.nextInt(4);
        List<Block> blocks = new ArrayList<>();
        int[] shape = {};
        for (int b = 0; b < count; b++) {
            boolean last = b == count - 1;
            Block before = b == 0 ? null : blocks.get(b - 1);
            boolean repeat = before != null && !last && random.nextInt(2) == 0 && fits(before, shape);
            Block block = repeat ? before : block("b" + b, shape, last);
            blocks.add(block);
            shape = Arrays.stream(block.exits()).map(block::labels).toArray();
        }
        return overlap ? Problem.of(blocks, random.nextInt(4), 7) : Problem.of(blocks);
    }

    private static boolean fits(Block block, int[] shape) {
        int[] entries = new int[block.entries()];
        Arrays.setAll(entries, block::labels);
        return Arrays.equals(entries, shape);
    }

    private Block block(String name, int[] shape, boolean last) {
        int forward = 1 + random.nextInt(3);
        int backward = 1 + random.nextInt(3);
        BlockBuilder builder = Block.builder(name, forward, backward);
        List<Integer> labels = new ArrayList<>();
        for (int s : shape) {
            builder.entry(s);
            labels.add(s);
        }
        int own = 1 + random.nextInt(4);
        for (int k = 0; k < own; k++) {
            int count = shape.length > 0 && k == own - 1 && !last && random.nextBoolean()
                    ? shape[0]
                    : 1 + random.nextInt(3);
            builder.node(count);
            labels.add(count);
        }
        if (!last) {
            builder.exit(labels.size() - 1);
            if (labels.size() > 1 && random.nextInt(3) == 0) {
                random.ints(1 + random.nextInt(2), 0, labels.size() - 1)
                        .distinct()
                        .forEach(builder::exit);
            }
        }
        for (int node = 0; node < labels.size(); node++) {
            fill(builder, forward + backward, new int[] {node}, labels.get(node), 6);
        }
        for (int v = 1; v < labels.size(); v++) {
            for (int u = 0; u < v; u++) {
                if (v == u + 1 || random.nextInt(3) == 0) {
                    fill(builder, forward + backward, new int[] {u, v}, labels.get(u) * labels.get(v), 2);
                }
            }
        }
        if (labels.size() > 2 && random.nextBoolean()) {
            fillMany(builder, forward + backward, labels);
        }
        return builder.build();
    }

    /** A table over three or four nodes, live over some points. */
    private void fillMany(BlockBuilder builder, int points, List<Integer> labels) {
        int count = Math.min(labels.size(), 3 + random.nextInt(2));
        int[] scope =
                random.ints(0, labels.size()).distinct().limit(count).sorted().toArray();
        int size = Arrays.stream(scope).map(labels::get).reduce(1, (a, b) -> a * b);
        fill(builder, points, scope, size, 1);
        int from = random.nextInt(points);
        builder.live(from, from + random.nextInt(points - from + 1), scope, amounts(size, 30));
        if (size > 5) {
            builder.forbid(
                    scope,
                    Arrays.stream(scope).map(labels::get).map(random::nextInt).toArray());
        }
    }

    private void fill(BlockBuilder builder, int points, int[] scope, int size, int density) {
        for (Quantity quantity : Quantity.values()) {
            boolean async = quantity == Quantity.FORWARD_ASYNC || quantity == Quantity.BACKWARD_ASYNC;
            if (random.nextInt(8) < density && (overlap || !async)) {
                builder.addTable(quantity, scope, amounts(size, quantity.isTime() ? 1000 : 20));
            }
        }
        for (int point = 0; point < points; point++) {
            if (random.nextInt(8) < density) {
                builder.liveTable(point, scope, amounts(size, 30));
            }
        }
        if (scope.length == 2 && size > 3 && random.nextInt(3) == 0) {
            int other = builder.labels(scope[1]);
            int entry = random.nextInt(size);
            builder.forbidPair(scope[0], scope[1], entry / other, entry % other);
        }
    }

    private long[] amounts(int size, int bound) {
        return random.longs(size, 0, bound).toArray();
    }
}
