package dev.ashlar.processor.solve;

import java.util.Arrays;
import java.util.stream.IntStream;

/** What the blocks of a class come to at least where their directions take as long as they do: more than the sums at a share. */
final class RaisedBlock {
    private final PricedBlock priced;
    private final long[] least;
    private final long[] coefficients;

    RaisedBlock(Relaxation relaxation, int c) {
        priced = relaxation.block(relaxation.first(c));
        least = relaxation.least(c);
        coefficients = priced.coefficients();
    }

    /** Whether a listing may tell more than the sums: of options whose peaks are what their priced points need, with directions as they are. */
    static boolean canRaise(Relaxation relaxation, int c) {
        Block block = relaxation.block(relaxation.first(c)).block();
        long[] coefficients = relaxation.block(relaxation.first(c)).coefficients();
        return points(coefficients, 0, block.forwardPoints()) <= 1
                && points(coefficients, block.forwardPoints(), block.points()) <= 1
                && Counted.COMPUTES.stream().anyMatch(q -> !Prices.isSum(coefficients[q.ordinal()]));
    }

    private static long points(long[] coefficients, int from, int to) {
        return IntStream.range(from, to)
                .filter(p -> coefficients[Quantity.ofPoint(p)] > 0)
                .count();
    }

    /**
     * The least by place of a joint label.
     *
     * @param options that are in no labelling of the chain whose sum is above {@code most} otherwise
     * @param outside what the other blocks come to at least
     */
    long[] least(OptionTable options, long[] outside, long most) {
        Joints joints = priced.joints();
        long[] higher = least.clone();
        for (int place = 0; place < higher.length; place++) {
            if (outside[place] < FixedPoint.INFINITE && higher[place] < FixedPoint.INFINITE) {
                long listed = options.of(joints.entries()[place], joints.exits()[place]).stream()
                        .mapToLong(this::cost)
                        .min()
                        .orElse(FixedPoint.INFINITE);
                higher[place] = Math.max(higher[place], Math.min(listed, most - outside[place] + 1));
            }
        }
        return higher;
    }

    private long cost(Option o) {
        int forward = priced.block().forwardPoints();
        return o.time()
                + FixedPoint.down(o.fixed(), coefficients[Quantity.STATIC.ordinal()])
                + FixedPoint.down(o.kept(), coefficients[Quantity.KEPT.ordinal()])
                + FixedPoint.down(o.gradient(), coefficients[Quantity.GRADIENT.ordinal()])
                + FixedPoint.down(Math.max(0, o.forward()), price(0, forward))
                + FixedPoint.down(
                        Math.max(0, o.backward()), price(forward, priced.block().points()));
    }

    /** Of the one point that has a price. */
    private long price(int from, int to) {
        return Arrays.stream(coefficients, Quantity.ofPoint(from), Quantity.ofPoint(to))
                .sum();
    }
}
