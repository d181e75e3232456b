package dev.ashlar.processor.plan;

import dev.ashlar.processor.solve.Effort;
import dev.ashlar.processor.solve.Outcome;
import dev.ashlar.processor.solve.Proof;
import dev.ashlar.processor.solve.ProvedSolver;
import dev.ashlar.processor.solve.Verdict;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The plans of one form of the step. What is claimed of them is checked without the solver. */
final class Candidate {
    /** Blocks of a problem whose best plan is asked for. */
    private static final int SMALL = 16;

    private static final Effort CLOSE = Effort.of(1e-4);
    private static final Effort ROUGH = Effort.of(1e-3);

    /** On meshes there is more to choose, and a compiler is waited for. */
    private static final Effort MESH = new Effort(0, 100_000, 200_000, 1);

    private static final Effort LARGE_MESH = new Effort(1e-3, 20_000, 40_000, 0);

    /** Of a curve, whose points are far further apart than this. */
    private static final Effort ROUGH_MESH = new Effort(5e-3, 20_000, 40_000, 0);

    /** More than any plan needs. */
    private static final long UNLIMITED = 1L << 56;

    private final PlanProblem plans;
    private final ProvedSolver solver;
    private final Effort effort;
    private final ProvedSolver.Claim smallest;
    private final long leastBytes;
    private final long fastestBytes;
    private final Supplier<Known> fastest;
    private final Map<Long, Known> found = new HashMap<>();

    /**
     * A plan with what is proved about it among those of its form.
     *
     * @param lowerBoundSeconds no plan of the form within the same memory is faster
     */
    record Known(
            List<Integer> labels,
            long peakBytes,
            double seconds,
            double lowerBoundSeconds,
            double gap,
            String kind,
            int prices) {
        Known {
            labels = List.copyOf(labels);
        }
    }

    /** @param plans at least one */
    Candidate(PlanProblem plans) {
        this.plans = plans;
        solver = new ProvedSolver(plans.problem());
        effort = effort(plans);
        smallest = solver.smallestLater(effort);
        leastBytes = infeasible(smallest.outcome()).smallestBudget();
        Optional<Known> given =
                plans.fastest().map(f -> new Known(f.labels(), f.peakBytes(), f.seconds(), f.seconds(), 0, f.why(), 0));
        if (given.isPresent()) {
            fastestBytes = given.get().peakBytes();
            fastest = given::get;
        } else {
            ProvedSolver.Claim claim = solver.later(UNLIMITED, effort);
            fastestBytes = feasible(claim.outcome(), UNLIMITED).solution().peak();
            fastest = () -> known(claim.checked(), UNLIMITED);
        }
    }

    /** Of a plan that is asked for. Plans of one device choose no strategy, and their tables are small. */
    private static Effort effort(PlanProblem plans) {
        boolean small = plans.problem().blocks().size() <= SMALL;
        if (isMesh(plans)) {
            return small ? MESH : LARGE_MESH;
        }
        return small ? Effort.EXACT : CLOSE;
    }

    private static boolean isMesh(PlanProblem plans) {
        return !plans.operators().isEmpty();
    }

    private static Outcome.Infeasible infeasible(Outcome outcome) {
        if (outcome instanceof Outcome.Infeasible found) {
            return found;
        }
        throw new IllegalStateException("there is no plan at all");
    }

    private static Outcome.Feasible feasible(Outcome outcome, long budgetBytes) {
        if (outcome instanceof Outcome.Feasible found) {
            return found;
        }
        throw new IllegalStateException("no plan within " + budgetBytes + " bytes, but a smaller one was known");
    }

    private static Verdict.Accepted accepted(ProvedSolver.Proved proved) {
        if (proved.verdict() instanceof Verdict.Accepted accepted) {
            return accepted;
        }
        throw new IllegalStateException("the plan's certificate is not accepted: " + proved.verdict());
    }

    /** Whether there is more than one plan. */
    boolean hasChoices() {
        return plans.hasChoices();
    }

    /** The least memory in bytes for which a plan was found. */
    long leastBytes() {
        return leastBytes;
    }

    /** No plan needs less memory, in bytes. */
    long provedLeastBytes() {
        ProvedSolver.Proved proved = smallest.checked();
        accepted(proved);
        return infeasible(proved.outcome()).certificate().budget() + 1;
    }

    /** The fastest plan, whatever its memory. */
    Known fastest() {
        return fastest.get();
    }

    /** What the fastest plan needs, in bytes. */
    long fastestBytes() {
        return fastestBytes;
    }

    /**
     * The fastest plan within a memory.
     *
     * @param budgetBytes at least {@link #leastBytes()}
     * @param rough whether a plan will do that may be a little slower
     */
    Known within(long budgetBytes, boolean rough) {
        return rough ? later(budgetBytes, true).get() : within(budgetBytes);
    }

    /** The same as close as is asked for, found once. */
    private Known within(long budgetBytes) {
        Known known = found.get(budgetBytes);
        if (known == null) {
            known = later(budgetBytes, false).get();
            found.put(budgetBytes, known);
        }
        return known;
    }

    /** The same; what is claimed of it is checked beside what the caller does until it asks for it. */
    Supplier<Known> later(long budgetBytes, boolean rough) {
        if (fastestBytes <= budgetBytes) {
            return fastest;
        }
        Effort few = isMesh(plans) ? ROUGH_MESH : ROUGH;
        ProvedSolver.Claim claim = solver.later(budgetBytes, rough ? few : effort);
        return () -> known(claim.checked(), budgetBytes);
    }

    private Known known(ProvedSolver.Proved proved, long budgetBytes) {
        Verdict.Accepted verdict = accepted(proved);
        Outcome.Feasible found = feasible(proved.outcome(), budgetBytes);
        Proof proof = found.certificate().proof();
        return new Known(
                found.solution().labels(),
                verdict.peak(),
                plans.seconds(verdict.time()),
                plans.seconds(verdict.lowerBound()),
                verdict.gap(),
                kind(proof),
                prices(proof));
    }

    private static String kind(Proof proof) {
        if (proof instanceof Proof.Narrow narrow) {
            return kind(narrow.rest());
        }
        if (proof instanceof Proof.Fit fit) {
            return kind(fit.rest());
        }
        return proof instanceof Proof.Split ? "split" : proof instanceof Proof.Dual ? "dual" : "search";
    }

    private static int prices(Proof proof) {
        if (proof instanceof Proof.Split split) {
            return split.cases().stream().mapToInt(c -> prices(c.proof())).sum();
        }
        if (proof instanceof Proof.Narrow narrow) {
            return prices(narrow.rest());
        }
        if (proof instanceof Proof.Fit fit) {
            return prices(fit.rest());
        }
        return proof instanceof Proof.Dual dual
                ? dual.prices().points().size()
                : ((Proof.Search) proof).prices().points().size();
    }
}
