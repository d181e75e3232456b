package dev.ashlar.processor.device;

import java.util.ArrayList;
import java.util.List;

/**
 * Shares of the roofline that an operator's kernels were seen to reach at every combination of some sizes, or one share for all sizes.
 *
 * <p>Between measured sizes the logarithm of the share is linear in the logarithm of each size; what is smaller or larger than all counts as
 * the nearest.
 */
public final class ShareTable {
    /** What the roofline says. */
    public static final ShareTable WHOLE = of(Share.WHOLE);

    private final List<List<Long>> sizes;
    private final List<Share> shares;

    /**
     * A table.
     *
     * @param sizes for each of the sizes that count those that were measured, ascending, at least one
     * @param shares of all combinations; the last size changes fastest
     */
    public ShareTable(List<List<Long>> sizes, List<Share> shares) {
        this.sizes = sizes.stream().map(List::copyOf).toList();
        this.shares = List.copyOf(shares);
        long combinations = sizes.stream().mapToLong(List::size).reduce(1, Math::multiplyExact);
        if (combinations != shares.size() || combinations == 0) {
            throw new IllegalArgumentException("a table of shares needs one for each combination of sizes");
        }
    }

    /** One share for all sizes. */
    public static ShareTable of(Share share) {
        return new ShareTable(List.of(), List.of(share));
    }

    /**
     * The share at some sizes.
     *
     * @param at as many as the table has; not read if it has one share for all
     */
    public Share at(List<Long> at) {
        if (sizes.isEmpty()) {
            return shares.get(0);
        }
        List<LogScale.Place> places = new ArrayList<>();
        for (int i = 0; i < sizes.size(); i++) {
            places.add(LogScale.place(sizes.get(i), at.get(i)));
        }
        double forward = 0;
        double backward = 0;
        for (int corner = 0; corner < 1 << sizes.size(); corner++) {
            double weight = 1;
            int index = 0;
            for (int i = 0; i < sizes.size(); i++) {
                int next = corner >> i & 1;
                weight *= next == 0 ? 1 - places.get(i).share() : places.get(i).share();
                index = index * sizes.get(i).size() + places.get(i).below() + next;
            }
            if (weight > 0) { // a weight of 0 may stand for a corner outside of the table
                forward += weight * StrictMath.log(shares.get(index).forward());
                backward += weight * StrictMath.log(shares.get(index).backward());
            }
        }
        return new Share(Math.min(1, StrictMath.exp(forward)), Math.min(1, StrictMath.exp(backward)));
    }
}
