package dev.ashlar.processor.plan;

import dev.ashlar.processor.solve.BlockStore;
import dev.ashlar.processor.solve.Certificate;
import dev.ashlar.processor.solve.Effort;
import dev.ashlar.processor.solve.Outcome;
import dev.ashlar.processor.solve.Proof;
import dev.ashlar.processor.solve.ProvedSolver;
import dev.ashlar.processor.solve.Solution;
import dev.ashlar.processor.solve.TooManyRows;
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

    /** Of plans of which more is known, in which there is more to try. */
    private static final Effort CLOSER_MESH = new Effort(1e-3, 100_000, 200_000, 1);

    private static final Effort LARGE_MESH = new Effort(1e-3, 200_000, 400_000, 1);

    /** Of the smallest memory, where more effort finds little. */
    private static final Effort SMALLEST_OF_LARGE_MESH = new Effort(1e-3, 20_000, 40_000, 0);

    /** Of the smallest memory of a form that may not be the one that needs the least: by prices alone. */
    private static final Effort NEARLY_SMALLEST = new Effort(1e-3, 20_000, 0, 0);

    /** Of a curve, whose points are far further apart than this: by prices alone. */
    private static final Effort ROUGH_MESH = new Effort(5e-3, 50_000, 0, 0);

    /** The same of a large mesh, where it takes long: of 48 layers only the point of the smallest memory is slower for it, by 0.7 %. */
    private static final Effort ROUGH_LARGE_MESH = new Effort(5e-3, 15_000, 0, 0);

    /** Plans within less memory that are looked at where what is needed outside training does not fit. */
    private static final int ATTEMPTS = 4;

    private final PlanProblem plans;
    private final ProvedSolver solver;
    private final Effort effort;
    /** Has met what was met when the smallest memory was looked for by prices alone; empty where no closer look is left. */
    private Optional<ProvedSolver> closer;

    private ProvedSolver.Claim smallest;
    /** What is proved of the smallest memory. */
    private ProvedSolver.Claim proof;

    private long leastBytes;
    private final long fastestBytes;
    private final Claimed fastest;
    private final Map<List<Integer>, Long> evaluationBytes = new HashMap<>();

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

    private Candidate(PlanProblem plans, BlockStore store, Effort effort) {
        this.plans = plans;
        solver = new ProvedSolver(plans.problem(), store);
        this.effort = effort;
        smallest = solver.smallestLater(isMesh() ? NEARLY_SMALLEST : effort);
        leastBytes = bytes(smallest);
        proof = smallest;
        closer = effort == MESH ? Optional.of(solver.copy()) : Optional.empty();
        Optional<Known> given =
                plans.fastest().map(f -> new Known(f.labels(), f.peakBytes(), f.seconds(), f.seconds(), 0, f.why(), 0));
        if (given.isPresent()) {
            Known known = given.get();
            fastestBytes = known.peakBytes();
            fastest = new Claimed(known.labels(), known.peakBytes(), known.seconds(), known.seconds(), () -> known);
        } else {
            ProvedSolver.Claim claim = solver.later(PlanProblem.UNLIMITED_BYTES, effort);
            fastest = claimed(claim, claim);
            fastestBytes = fastest.peakBytes();
        }
    }

    /**
     * The plans of a form. Where those of the least memory need more outside training than the problem says, by one that says it more exactly.
     *
     * @param plans at least one
     * @param store of other forms of the same model
     */
    static Candidate of(PlanProblem plans, BlockStore store) {
        Candidate candidate = new Candidate(plans, store, effort(plans));
        boolean outside = candidate.leastBytes > solution(candidate.smallest).peak();
        Effort effort = candidate.isLargeMesh() ? LARGE_MESH : CLOSER_MESH;
        try {
            return outside
                    ? plans.closer().map(p -> new Candidate(p, store, effort)).orElse(candidate)
                    : candidate;
        } catch (TooManyRows larger) {
            return candidate;
        }
    }

    private long bytes(ProvedSolver.Claim smallest) {
        return peakBytes(solution(smallest));
    }

    /** What a plan needs in training and outside it. */
    private long peakBytes(Solution solution) {
        return Math.max(solution.peak(), evaluationBytes.computeIfAbsent(solution.labels(), plans::evaluationBytes));
    }

    private static Solution solution(ProvedSolver.Claim claim) {
        return claim.outcome() instanceof Outcome.Feasible found
                ? found.solution()
                : infeasible(claim.outcome()).solution();
    }

    /** Looks closely for the smallest memory. What it finds does not depend on what else was asked, so that the memory of a device decides nothing. */
    void lookClosely() {
        closer.ifPresent(copy -> {
            closer = Optional.empty();
            ProvedSolver.Claim claim = copy.smallestLater(effort);
            solver.learn(copy);
            if (bytes(claim) <= leastBytes) {
                smallest = claim;
                proof = claim;
                leastBytes = bytes(claim);
            }
        });
    }

    /** Whether a closer look may find a plan that needs less than some memory; of what evaluation needs it would tell no more. */
    boolean mayNeedLess(long bytes) {
        return closer.isPresent()
                && infeasible(smallest.outcome()).smallestBudget() == leastBytes
                && leastFloorBytes() < bytes;
    }

    /** Whether a plan within a memory is known, or found by a closer look. */
    boolean fits(long budgetBytes) {
        if (leastBytes > budgetBytes && mayNeedLess(budgetBytes + 1)) {
            lookClosely();
        }
        return leastBytes <= budgetBytes;
    }

    /** On a large mesh, where more effort finds little, proves more about the smallest memory without looking for another plan. */
    void proveCloser() {
        if (isLargeMesh()) {
            proof = solver.smallestLater(SMALLEST_OF_LARGE_MESH);
        }
    }

    /** What no plan needs less than, as claimed, in bytes. */
    long leastFloorBytes() {
        return infeasible(smallest.outcome()).certificate().budget() + 1;
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

    private static Certificate certificate(Outcome outcome) {
        if (outcome instanceof Outcome.Feasible found) {
            return found.certificate();
        }
        throw new IllegalStateException("no plan was found where one that needs less was known");
    }

    /** @throws ProofTooLarge if no certificate is small enough to be looked at */
    private static Verdict.Accepted accepted(ProvedSolver.Proved proved) {
        if (proved.verdict() instanceof Verdict.Accepted accepted) {
            return accepted;
        }
        if (proved.verdict() instanceof Verdict.TooLarge large) {
            throw new ProofTooLarge(large.reason());
        }
        throw new IllegalStateException("the plan's certificate is not accepted: " + proved.verdict());
    }

    /** The plans that it chooses among. */
    PlanProblem plans() {
        return plans;
    }

    /** Whether there is more than one plan. */
    boolean hasChoices() {
        return plans.hasChoices();
    }

    /** Whether the plans are of several devices. */
    boolean isMesh() {
        return isMesh(plans);
    }

    /** Whether the plans are of so many blocks on a mesh that the best is not asked for. */
    boolean isLargeMesh() {
        return effort == LARGE_MESH;
    }

    /** The least memory in bytes for which a plan was found. */
    long leastBytes() {
        return leastBytes;
    }

    /** No plan needs less memory, in bytes. */
    long provedLeastBytes() {
        ProvedSolver.Proved proved = proof.checked();
        accepted(proved);
        return Math.min(leastBytes, infeasible(proved.outcome()).certificate().budget() + 1);
    }

    /** The fastest plan, whatever its memory. */
    Known fastest() {
        return fastest.known().get();
    }

    /** What the fastest plan needs, in bytes. */
    long fastestBytes() {
        return fastestBytes;
    }

    /** What the fastest plan takes, whether or not its certificate has been looked at. */
    double fastestSeconds() {
        return fastest.seconds();
    }

    /** A time that no plan is below, as claimed. */
    double fastestFloor() {
        return fastest.lowerBoundSeconds();
    }

    /**
     * A plan.
     *
     * @param seconds what it takes
     * @param lowerBoundSeconds what is claimed of the plans of its form within the same memory
     * @param known the same, checked beside what the caller does until it asks for it
     */
    record Claimed(
            List<Integer> labels, long peakBytes, double seconds, double lowerBoundSeconds, Supplier<Known> known) {
        Claimed {
            labels = List.copyOf(labels);
        }
    }

    /**
     * @param claim what no plan is faster than
     * @param plan the same, or another whose evaluation fits
     */
    private Claimed claimed(ProvedSolver.Claim claim, ProvedSolver.Claim plan) {
        Solution solution = solution(plan);
        return new Claimed(
                solution.labels(),
                peakBytes(solution),
                plans.seconds(solution.time()),
                plans.seconds(certificate(claim.outcome()).bound()),
                new Once<>(() -> known(claim, plan)));
    }

    /**
     * The fastest plan within a memory.
     *
     * @param budgetBytes at least {@link #leastBytes()}
     * @param rough whether a plan will do that may be a little slower
     */
    Claimed within(long budgetBytes, boolean rough) {
        if (fastestBytes <= budgetBytes) {
            return fastest;
        }
        ProvedSolver.Claim claim = solver.later(budgetBytes, effort(rough));
        return claimed(claim, fitting(claim, budgetBytes, rough));
    }

    /**
     * The plan itself. Where it does not fit outside training, of which the problem says only what is needed at least: one that is found within
     * so much less, or else that of the least memory.
     */
    private ProvedSolver.Claim fitting(ProvedSolver.Claim claim, long budgetBytes, boolean rough) {
        ProvedSolver.Claim plan = claim;
        long within = budgetBytes;
        for (int attempt = 0; attempt <= ATTEMPTS; attempt++) {
            long tooMuch = peakBytes(solution(plan)) - budgetBytes;
            if (tooMuch <= 0) {
                return plan;
            }
            within -= tooMuch;
            if (within < solution(smallest).peak()) {
                return smallest;
            }
            plan = solver.later(within, effort(rough));
        }
        return smallest;
    }

    private Effort effort(boolean rough) {
        if (!rough) {
            return effort;
        }
        if (isLargeMesh()) {
            return ROUGH_LARGE_MESH;
        }
        return isMesh() ? ROUGH_MESH : ROUGH;
    }

    /** The share by which another plan has to be faster for it to be looked for. */
    double gap(boolean rough) {
        return effort(rough).gap();
    }

    /**
     * A time that no plan within a memory is below.
     *
     * @param seconds as claimed
     * @param proved the same where it is looked at
     */
    record Floor(double seconds, Supplier<Double> proved) {}

    /** What is known so far of the plans within a memory. */
    Optional<Floor> floor(long budgetBytes) {
        return solver.bound(budgetBytes)
                .map(c -> new Floor(plans.seconds(c.bound()), new Once<>(() -> plans.seconds(solver.proved(c)))));
    }

    private Known known(ProvedSolver.Claim claim, ProvedSolver.Claim plan) {
        ProvedSolver.Proved proved = claim.checked();
        Verdict.Accepted verdict = accepted(proved);
        Verdict.Accepted own = plan == claim ? verdict : accepted(plan.checked());
        Solution solution = solution(plan);
        Proof proof = certificate(proved.outcome()).proof();
        double seconds = plans.seconds(own.time());
        double bound = plans.seconds(verdict.lowerBound());
        return new Known(
                solution.labels(),
                peakBytes(solution),
                seconds,
                bound,
                plan == claim ? verdict.gap() : (seconds - bound) / bound,
                ProofKind.of(proof),
                ProofKind.prices(proof));
    }
}
