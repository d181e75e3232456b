package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Proofs of ever higher bounds for the same labellings, each more to check than the one before. */
final class Ladder {
    private final List<Proof> proofs = new ArrayList<>();

    Ladder(Proof first) {
        proofs.add(first);
    }

    /** Adds a proof if its bound is higher. */
    void add(Proof proof) {
        if (proof.bound() > bound()) {
            proofs.add(proof);
        }
    }

    void addAll(Ladder other) {
        other.proofs.forEach(this::add);
    }

    /** The highest bound. */
    long bound() {
        return proofs.get(proofs.size() - 1).bound();
    }

    /** From the highest bound to the lowest. */
    List<Proof> downwards() {
        return proofs.stream()
                .sorted(Comparator.comparingLong(Proof::bound).reversed())
                .toList();
    }

    /** Cases of a variable's labels, all as high as they go, then one rung lower each, down to the lowest. */
    static Ladder split(int variable, List<List<Integer>> labels, List<Ladder> cases) {
        int rungs = cases.stream().mapToInt(c -> c.proofs.size()).max().orElseThrow();
        Ladder ladder = new Ladder(split(variable, labels, cases, rungs - 1));
        for (int lower = rungs - 2; lower >= 0; lower--) {
            ladder.add(split(variable, labels, cases, lower));
        }
        return ladder;
    }

    private static Proof split(int variable, List<List<Integer>> labels, List<Ladder> cases, int lower) {
        List<Proof.Case> chosen = new ArrayList<>();
        for (int k = 0; k < cases.size(); k++) {
            List<Proof> own = cases.get(k).proofs;
            chosen.add(new Proof.Case(labels.get(k), own.get(Math.max(0, own.size() - 1 - lower))));
        }
        return new Proof.Split(variable, chosen);
    }
}
