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

    /**
     * Cases of a variable's labels. For every bound up to the lowest of their highest ones each case has the least proof of that much, so that
     * a case whose proof is too much to check does not weaken the others.
     */
    static Ladder split(int variable, List<List<Integer>> labels, List<Ladder> cases) {
        long most = cases.stream().mapToLong(Ladder::bound).min().orElseThrow();
        List<Rung> splits = cases.stream()
                .flatMap(c -> c.rungs.stream())
                .map(r -> Math.min(r.bound(), most))
                .distinct()
                .sorted()
                .map(bound -> split(variable, labels, cases, bound))
                .toList();
        Ladder ladder = new Ladder(splits.get(0).bound(), splits.get(0).proof());
        splits.forEach(r -> ladder.add(r.bound(), r.proof()));
        return ladder;
    }

    private static Rung split(int variable, List<List<Integer>> labels, List<Ladder> cases, long enough) {
        List<Proof.Case> chosen = new ArrayList<>();
        long bound = Long.MAX_VALUE;
        for (int k = 0; k < cases.size(); k++) {
            Rung rung = cases.get(k).rungs.stream()
                    .filter(r -> r.bound() >= enough)
                    .findFirst()
                    .orElseThrow();
            bound = Math.min(bound, rung.bound());
            chosen.add(new Proof.Case(labels.get(k), rung.proof()));
        }
        return new Rung(bound, new Proof.Split(variable, chosen));
    }
}
