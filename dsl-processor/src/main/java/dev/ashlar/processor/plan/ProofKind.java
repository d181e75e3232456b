package dev.ashlar.processor.plan;

import dev.ashlar.processor.solve.Proof;

/** What is told of a proof. */
final class ProofKind {
    private ProofKind() {}

    /** The last thing that a proof rests on. */
    static String of(Proof proof) {
        if (proof instanceof Proof.Narrow narrow) {
            return of(narrow.rest());
        }
        if (proof instanceof Proof.Fit fit) {
            return of(fit.rest());
        }
        return proof instanceof Proof.Split ? "split" : proof instanceof Proof.Dual ? "dual" : "search";
    }

    /** How many time points have prices in a proof, in all its cases. */
    static int prices(Proof proof) {
        if (proof instanceof Proof.Split split) {
            return split.cases().stream().mapToInt(c -> prices(c.proof())).sum();
        }
        if (proof instanceof Proof.Narrow narrow) {
            return prices(narrow.rest());
        }
        if (proof instanceof Proof.Fit fit) {
            return prices(fit.rest());
        }
        if (proof instanceof Proof.Relaxed relaxed) {
            return relaxed.prices().points().size();
        }
        return proof instanceof Proof.Dual dual
                ? dual.prices().points().size()
                : ((Proof.Search) proof).prices().points().size();
    }
}
