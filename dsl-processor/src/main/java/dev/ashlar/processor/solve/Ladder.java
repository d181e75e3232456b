package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;

/** Proofs of ever higher bounds for the same labellings, each more to check than the one before. */
final class Ladder {
    private final List<Rung> rungs = new ArrayList<>();

    /**
     * One of them.
     *
     * @param bound on the time or the peak
     */
    record Rung(long bound, Proof proof) {}

    Ladder(long bound, Proof first) {
        rungs.add(new Rung(bound, first));
    }

    /** Adds a proof if its bound is higher. */
    void add(long bound, Proof proof) {
        if (bound > bound()) {
            rungs.add(new Rung(bound, proof));
        }
    }

    /**
     * Adds what is proved for a part, by proofs for all.
     *
     * @param most bound for what is outside of the part
     */
    void addAll(Ladder part, long most, UnaryOperator<Proof> all) {
        part.rungs.forEach(r -> add(Math.min(r.bound(), most), all.apply(r.proof())));
    }

    void addAll(Ladder other) {
        other.rungs.forEach(r -> add(r.bound(), r.proof()));
    }

    /** The same with other proofs. */
    Ladder each(UnaryOperator<Proof> change) {
        Ladder changed =
                new Ladder(rungs.get(0).bound(), change.apply(rungs.get(0).proof()));
        rungs.forEach(r -> changed.add(r.bound(), change.apply(r.proof())));
        return changed;
    }

    /** The highest bound. */
    long bound() {
        return rungs.get(rungs.size() - 1).bound();
    }

    /** From the highest bound to the lowest. */
    List<Rung> downwards() {
        return rungs.stream()
                .sorted(Comparator.comparingLong(Rung::bound).reversed())
                .toList();
    }

    /** Cases of a variable's labels, all as high as they go, then one rung lower each, down to the lowest. */
    static Ladder split(int variable, List<List<Integer>> labels, List<Ladder> cases) {
        int most = cases.stream().mapToInt(c -> c.rungs.size()).max().orElseThrow();
        Rung lowest = split(variable, labels, cases, most - 1);
        Ladder ladder = new Ladder(lowest.bound(), lowest.proof());
        for (int lower = most - 2; lower >= 0; lower--) {
            Rung next = split(variable, labels, cases, lower);
            ladder.add(next.bound(), next.proof());
        }
        return ladder;
    }

    private static Rung split(int variable, List<List<Integer>> labels, List<Ladder> cases, int lower) {
        List<Proof.Case> chosen = new ArrayList<>();
        long bound = Long.MAX_VALUE;
        for (int k = 0; k < cases.size(); k++) {
            List<Rung> own = cases.get(k).rungs;
            Rung rung = own.get(Math.max(0, own.size() - 1 - lower));
            bound = Math.min(bound, rung.bound());
            chosen.add(new Proof.Case(labels.get(k), rung.proof()));
        }
        return new Rung(bound, new Proof.Split(variable, chosen));
    }
}
