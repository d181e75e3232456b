package dev.ashlar.processor.solve;

import dev.ashlar.processor.solve.Prices.PointPrice;
import dev.ashlar.processor.solve.Prices.SegmentShare;
import dev.ashlar.processor.solve.Proof.Case;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Proofs of bounds that are too high, each made from a right proof by some changes. */
public final class Mutations {
    private final Problem problem;
    private final long claim;

    private Mutations(Problem problem, long claim) {
        this.problem = problem;
        this.claim = claim;
    }

    /**
     * Wrong proofs by what is wrong with them.
     *
     * @param proof a right one
     * @param claim above the optimum, 2⁻²⁰ ns
     */
    public static Map<String, Proof> of(Problem problem, Proof proof, long claim) {
        Mutations mutations = new Mutations(problem, claim);
        Map<String, Proof> all = new LinkedHashMap<>();
        mutations.prices().forEach((name, change) -> all.put(name, mutations.raised(proof, change)));
        all.put("raises left out", mutations.raised(mutations.with(proof, List.of()), p -> p));
        List<Proof.Raise> high = List.of(
                new Proof.Raise(0, claim), new Proof.Raise(problem.blocks().size() - 1, claim));
        all.put("raised as far as the claim", mutations.raised(mutations.with(proof, high), p -> p));
        List<Proof.Raise> nowhere = List.of(new Proof.Raise(problem.blocks().size(), 0));
        all.put("raises of no block", mutations.raised(mutations.with(proof, nowhere), p -> p));
        Prices any = anyPrices(proof);
        Proof raised = mutations.raised(proof, p -> p);
        all.put("narrowed to nothing", new Proof.Narrow(any, 0, raised));
        all.put("narrowed without prices", new Proof.Narrow(Prices.FREE, claim, raised));
        all.put("narrowed, nothing behind", new Proof.Narrow(any, claim, new Proof.Dual(Prices.FREE, claim)));
        all.put("narrowed twice, nothing behind", mutations.bare(proof));
        all.put("the first case left out", mutations.fewerCases(raised, true));
        all.put("the last case left out", mutations.fewerCases(raised, false));
        return all;
    }

    private Map<String, UnaryOperator<Prices>> prices() {
        Map<String, UnaryOperator<Prices>> changes = new LinkedHashMap<>();
        changes.put("a higher bound", p -> p);
        changes.put("no prices", p -> Prices.FREE);
        changes.put("no shares", p -> new Prices(p.points(), List.of()));
        changes.put("doubled prices", p -> scaled(p, 2, 1));
        changes.put("halved prices", p -> scaled(p, 1, 2));
        changes.put("negative prices", p -> scaled(p, -1, 1));
        changes.put("prices of other points", this::moved);
        changes.put("shares above one", this::tooLargeShares);
        return changes;
    }

    private static Prices scaled(Prices prices, long by, long of) {
        return new Prices(
                prices.points().stream()
                        .map(p -> new PointPrice(p.block(), p.point(), p.price() * by / of))
                        .toList(),
                prices.segments());
    }

    private Prices moved(Prices prices) {
        return new Prices(
                prices.points().stream()
                        .map(p -> new PointPrice(
                                p.block(),
                                (p.point() + 1) % problem.block(p.block()).points(),
                                p.price()))
                        .toList(),
                prices.segments());
    }

    private Prices tooLargeShares(Prices prices) {
        List<SegmentShare> shares = new ArrayList<>();
        for (int b = 0; b < problem.blocks().size(); b++) {
            shares.add(new SegmentShare(b, false, 2 * Prices.ONE));
            shares.add(new SegmentShare(b, true, 2 * Prices.ONE));
        }
        return new Prices(prices.points(), shares);
    }

    /** The same with bounds and limits that are too high, and other prices. */
    private Proof raised(Proof proof, UnaryOperator<Prices> change) {
        if (proof instanceof Proof.Split split) {
            return new Proof.Split(
                    split.variable(),
                    split.cases().stream()
                            .map(c -> new Case(c.labels(), raised(c.proof(), change)))
                            .toList());
        }
        if (proof instanceof Proof.Narrow narrow) {
            return new Proof.Narrow(change.apply(narrow.prices()), claim, raised(narrow.rest(), change));
        }
        if (proof instanceof Proof.Fit fit) {
            return new Proof.Fit(change.apply(fit.prices()), raised(fit.rest(), change));
        }
        if (proof instanceof Proof.Relaxed relaxed) {
            return new Proof.Relaxed(change.apply(relaxed.prices()), relaxed.raises(), claim);
        }
        return proof instanceof Proof.Dual dual
                ? new Proof.Dual(change.apply(dual.prices()), claim)
                : new Proof.Search(change.apply(((Proof.Search) proof).prices()), claim);
    }

    /** The same with other raises. */
    private Proof with(Proof proof, List<Proof.Raise> raises) {
        if (proof instanceof Proof.Split split) {
            return new Proof.Split(
                    split.variable(),
                    split.cases().stream()
                            .map(c -> new Case(c.labels(), with(c.proof(), raises)))
                            .toList());
        }
        if (proof instanceof Proof.Narrow narrow) {
            return new Proof.Narrow(narrow.prices(), narrow.limit(), with(narrow.rest(), raises));
        }
        if (proof instanceof Proof.Fit fit) {
            return new Proof.Fit(fit.prices(), with(fit.rest(), raises));
        }
        return proof instanceof Proof.Relaxed relaxed
                ? new Proof.Relaxed(relaxed.prices(), raises, relaxed.bound())
                : proof;
    }

    /** The same limits, and behind the last of them nothing but the claim. */
    private Proof bare(Proof proof) {
        if (proof instanceof Proof.Narrow narrow) {
            return new Proof.Narrow(narrow.prices(), narrow.limit(), bare(narrow.rest()));
        }
        if (proof instanceof Proof.Fit fit) {
            return new Proof.Fit(fit.prices(), bare(fit.rest()));
        }
        return new Proof.Narrow(anyPrices(proof), claim - 1, new Proof.Dual(Prices.FREE, claim));
    }

    private Proof fewerCases(Proof proof, boolean first) {
        if (proof instanceof Proof.Narrow narrow) {
            return new Proof.Narrow(narrow.prices(), narrow.limit(), fewerCases(narrow.rest(), first));
        }
        if (proof instanceof Proof.Fit fit) {
            return new Proof.Fit(fit.prices(), fewerCases(fit.rest(), first));
        }
        if (proof instanceof Proof.Split split) {
            int size = split.cases().size();
            return new Proof.Split(
                    split.variable(),
                    first ? split.cases().subList(1, size) : split.cases().subList(0, size - 1));
        }
        return proof;
    }

    private static Prices anyPrices(Proof proof) {
        if (proof instanceof Proof.Split split) {
            return anyPrices(split.cases().get(0).proof());
        }
        if (proof instanceof Proof.Narrow narrow) {
            return narrow.prices();
        }
        if (proof instanceof Proof.Fit fit) {
            return fit.prices();
        }
        if (proof instanceof Proof.Relaxed relaxed) {
            return relaxed.prices();
        }
        return proof instanceof Proof.Dual dual ? dual.prices() : ((Proof.Search) proof).prices();
    }
}
