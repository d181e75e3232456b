package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Raises what blocks come to at least: where directions count as they are, that is more than their priced sums. What all blocks of a kind come to
 * below ever more is listed, all at once, for a chain of equal blocks comes to as much more as all of them do.
 */
final class Raiser {
    /** At first a chain of equal blocks is raised by such a part of what is missing, if each of them is. */
    private static final int FIRST_PART = 4;

    /** How often less is listed where it was too much. */
    private static final int FEWER = 4;

    private final Chain chain;
    private final Ways ways;
    private final Work work;
    private final Set<Integer> settled = new HashSet<>();
    private final List<Proof.Raise> raises;
    private Relaxation relaxation;

    private Raiser(Chain chain, Relaxation relaxation, Ways ways, List<Proof.Raise> raises, Work work) {
        this.chain = chain;
        this.relaxation = relaxation;
        this.ways = ways;
        this.raises = new ArrayList<>(raises);
        this.work = work;
    }

    /** @param ways get what is listed */
    Raiser(Chain chain, Relaxation relaxation, Ways ways, Work work) {
        this(chain, relaxation, ways, List.of(), work);
    }

    /** The same at finer prices, at which all that was raised is at least as high. */
    Raiser at(Relaxation finer) {
        return new Raiser(chain, finer.atLeast(relaxation), ways, raises, work);
    }

    /** With what is known by now. */
    Relaxation relaxation() {
        return relaxation;
    }

    /** How that is known. */
    List<Proof.Raise> raises() {
        return List.copyOf(raises);
    }

    /**
     * Raises all kinds of blocks as far as listings tell that are not too long.
     *
     * @param slack the priced sum that is enough
     * @param options partial ones that a listing tries
     */
    void raise(long slack, long options) {
        for (int b = 0; b < chain.blocks(); b++) {
            int first = b;
            boolean isFirst = IntStream.range(0, b)
                    .noneMatch(earlier ->
                            chain.problem().kind(earlier) == chain.problem().kind(first));
            if (isFirst && !settled.contains(b) && canRaise(b)) {
                raise(b, slack, options);
            }
        }
    }

    private IntStream classes(int b) {
        return IntStream.range(0, relaxation.classes())
                .filter(c -> chain.problem().kind(relaxation.first(c))
                        == chain.problem().kind(b));
    }

    private boolean canRaise(int b) {
        return classes(b).anyMatch(c -> RaisedBlock.canRaise(relaxation, c));
    }

    private void raise(int b, long slack, long options) {
        int blocks = classes(b).map(relaxation::count).sum();
        long part = (slack - relaxation.least()) / (FIRST_PART * (long) blocks) + 1;
        int fewer = 0;
        while (relaxation.least() <= slack && fewer < FEWER && !work.isSpent()) {
            long most = Math.min(slack, relaxation.least() + part);
            Optional<Relaxation> raised = raised(b, most, options);
            if (raised.isEmpty()) {
                part = part / FIRST_PART + 1;
                fewer++;
            } else {
                relaxation = raised.get();
                raises.add(new Proof.Raise(b, most));
                if (relaxation.least() <= most) {
                    settled.add(b);
                    return;
                }
            }
        }
    }

    /** What is known when all blocks of a kind are raised as far as labellings up to a sum tell; empty if these are too many. */
    private Optional<Relaxation> raised(int b, long most, long options) {
        Relaxation raised = relaxation;
        Work own = work.part(options);
        for (int c : classes(b).toArray()) {
            if (RaisedBlock.canRaise(relaxation, c)) {
                Optional<BlockOptions.Listing> listed =
                        BlockOptions.list(chain, relaxation, c, true, most, own, Integer.MAX_VALUE);
                if (listed.isEmpty()) {
                    return Optional.empty();
                }
                ways.add(relaxation.first(c), listed.get().byBoundary());
                raised = raised.raised(
                        c,
                        new RaisedBlock(relaxation, c).least(listed.get().byBoundary(), relaxation.outside(c), most));
            }
        }
        return Optional.of(raised);
    }
}
