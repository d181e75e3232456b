package dev.ashlar.processor.plan;

import dev.ashlar.processor.solve.BlockStore;
import dev.ashlar.processor.solve.TooManyRows;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Chooses the fastest plan within a memory among those of several forms of the step. A form is left out where no plan of it can be faster
 * than one that was found: its bound within a larger memory says so. What is proved holds for all forms; of a large mesh, what is proved of
 * times for those that were tried.
 */
final class Chooser {
    private static final int TRADEOFFS = 12;

    private final BlockStore store;
    private final List<Candidate> candidates;
    private final long budgetBytes;
    private final long fixedBytes;

    /**
     * @param forms each with at least one plan
     * @param budgetBytes memory of the device
     * @param fixedBytes what of it goes beside the plan
     */
    Chooser(List<? extends PlanProblem> forms, long budgetBytes, long fixedBytes) {
        this(new BlockStore(), List.of(), forms, budgetBytes, fixedBytes);
    }

    private Chooser(
            BlockStore store,
            List<Candidate> before,
            List<? extends PlanProblem> more,
            long budgetBytes,
            long fixedBytes) {
        this.store = store;
        this.budgetBytes = budgetBytes;
        this.fixedBytes = fixedBytes;
        candidates = Stream.concat(before.stream(), more.stream().map(p -> Candidate.of(p, store)))
                .toList();
    }

    /** The same with another form, the last; empty if that has tables too large to be solved. */
    Optional<Chooser> with(PlanProblem form) {
        try {
            return Optional.of(new Chooser(store, candidates, List.of(form), budgetBytes, fixedBytes));
        } catch (TooManyRows larger) {
            return Optional.empty();
        }
    }

    /**
     * A plan.
     *
     * @param plans of its form
     * @param labels of their problem
     * @param peakBytes that its program must have
     * @param evidence what is known about it and about others, found when it is first asked for: that takes as long as the choice
     */
    record Choice(PlanProblem plans, List<Integer> labels, long peakBytes, Supplier<Evidence> evidence) {
        Choice {
            labels = List.copyOf(labels);
        }
    }

    /** A plan of one form, and a bound that holds for all forms. */
    private record Best(int form, Candidate.Known plan, double lowerBoundSeconds) {
        double gap() {
            return plan.lowerBoundSeconds() <= lowerBoundSeconds
                    ? plan.gap()
                    : (plan.seconds() - lowerBoundSeconds) / lowerBoundSeconds;
        }
    }

    /**
     * A plan whose proof is looked at beside what comes next.
     *
     * @param form position of its form
     * @param plan as claimed
     * @param proved what is known about it, as soon as it is
     */
    private record Found(int form, Candidate.Claimed plan, Supplier<Best> proved) {}

    /** The fastest plan within a memory of the device; the smallest there is if none is. */
    Choice choose() {
        if (candidates.size() == 1 && !candidates.get(0).hasChoices()) {
            Candidate.Known only = candidates.get(0).fastest();
            Evidence evidence = Evidence.onlyPlan(only.peakBytes() + fixedBytes, only.seconds());
            return new Choice(candidates.get(0).plans(), only.labels(), only.peakBytes(), () -> evidence);
        }
        long smallestBytes = smallestBytes();
        boolean fits = smallestBytes <= budgetBytes - fixedBytes;
        // Of a plan that does not fit only the memory is told.
        Found found = new Search(worthTrying(), !fits).within(fits ? budgetBytes - fixedBytes : smallestBytes);
        return new Choice(
                candidates.get(found.form()).plans(),
                found.plan().labels(),
                found.plan().peakBytes(),
                new Once<>(() -> evidence(found, smallestBytes, fits)));
    }

    private Evidence evidence(Found found, long smallestBytes, boolean fits) {
        List<Tradeoff> tradeoffs = fits ? tradeoffs(worthAsking(found.form()), smallestBytes) : List.of();
        Best best = found.proved().get();
        Candidate.Known plan = best.plan();
        if (!fits) {
            candidates.stream().filter(c -> c.leastFloorBytes() < smallestBytes).forEach(Candidate::proveCloser);
        }
        long proved =
                candidates.stream().mapToLong(Candidate::provedLeastBytes).min().orElseThrow();
        return new Evidence(
                smallestBytes + fixedBytes,
                proved + fixedBytes,
                best.lowerBoundSeconds(),
                best.gap(),
                plan.kind(),
                plan.prices(),
                tradeoffs);
    }

    private List<Integer> all() {
        return IntStream.range(0, candidates.size()).boxed().toList();
    }

    /** The forms that a plan is chosen among; of a large mesh, where each takes the compiler long, the first two where a plan of them fits. */
    private List<Integer> worthTrying() {
        List<Integer> first = List.of(0, 1);
        return candidates.size() > first.size()
                        && candidates.get(0).isLargeMesh()
                        && first.stream().anyMatch(f -> candidates.get(f).fits(budgetBytes - fixedBytes))
                ? first
                : all();
    }

    /** The least memory of all forms, the same for every budget: the form that may need the least is looked at until none may need less. */
    private long smallestBytes() {
        while (true) {
            long least =
                    candidates.stream().mapToLong(Candidate::leastBytes).min().orElseThrow();
            Optional<Candidate> open = candidates.stream()
                    .filter(c -> c.mayNeedLess(least))
                    .min(Comparator.comparingLong(Candidate::leastFloorBytes));
            if (open.isEmpty()) {
                return least;
            }
            open.get().lookClosely();
        }
    }

    /** The forms that a curve is asked for; of a large mesh, where each takes the compiler long, the first, the chosen one and the smallest. */
    private List<Integer> worthAsking(int chosen) {
        if (candidates.size() == 1 || !candidates.get(0).isLargeMesh()) {
            return all();
        }
        int smallest = all().stream()
                .min(Comparator.comparingLong(f -> candidates.get(f).leastBytes()))
                .orElseThrow();
        return Stream.of(0, chosen, smallest).distinct().sorted().toList();
    }

    private Comparator<Integer> fastestFirst() {
        return Comparator.<Integer>comparingDouble(f -> candidates.get(f).fastestSeconds())
                .thenComparing(f -> candidates.get(f).fastestBytes());
    }

    /**
     * Searches among some forms, within one memory after the other, each smaller than the one before. What is claimed is checked beside what
     * comes next.
     */
    private final class Search {
        private final boolean rough;
        /** For each form a time that no plan of it within the memory is below, as claimed. */
        private final double[] floors;
        /** For each form what proves that. */
        private final List<List<Supplier<Double>>> proofs = new ArrayList<>();
        /** The forms; that of the last plan first. */
        private final List<Integer> order;

        Search(List<Integer> forms, boolean rough) {
            this.rough = rough;
            floors = candidates.stream().mapToDouble(Candidate::fastestFloor).toArray();
            candidates.forEach(
                    c -> proofs.add(new ArrayList<>(List.of(() -> c.fastest().lowerBoundSeconds()))));
            order = new ArrayList<>(forms.stream().sorted(fastestFirst()).toList());
        }

        /** @param budgetBytes at least what the smallest plan of all needs */
        Found within(long budgetBytes) {
            List<Integer> within =
                    order(order.stream().filter(f -> fits(f, budgetBytes)).toList(), budgetBytes);
            int best = within.get(0);
            Candidate.Claimed plan = plan(best, budgetBytes);
            for (int form : within.subList(1, within.size())) {
                if (!isSlower(form, budgetBytes, plan.seconds())) {
                    Candidate.Claimed other = plan(form, budgetBytes);
                    best = other.seconds() < plan.seconds() ? form : best;
                    plan = other.seconds() < plan.seconds() ? other : plan;
                }
            }
            order.remove((Integer) best);
            order.add(0, best);
            double seconds = plan.seconds();
            List<List<Supplier<Double>>> proved = order.stream()
                    .filter(f -> within.contains(f) || mayFit(f, budgetBytes, seconds))
                    .map(f -> List.copyOf(proofs.get(f)))
                    .toList();
            int form = best;
            Supplier<Candidate.Known> known = plan.known();
            return new Found(form, plan, () -> best(form, known.get(), proved));
        }

        private boolean fits(int form, long budgetBytes) {
            return rough
                    ? candidates.get(form).leastBytes() <= budgetBytes
                    : candidates.get(form).fits(budgetBytes);
        }

        /**
         * Whether a plan of a form may fit of which none is known; what is proved of the others has to hold for it, too. No plan that fits is
         * faster than what is within the least memory for which one is known.
         */
        private boolean mayFit(int form, long budgetBytes, double seconds) {
            boolean may = candidates.get(form).leastFloorBytes() <= budgetBytes;
            if (may && !isSlower(form, budgetBytes, seconds)) {
                plan(form, candidates.get(form).leastBytes());
            }
            return may;
        }

        /** On a large mesh a close look takes long: the form that looks best is first, so that it may be enough. */
        private List<Integer> order(List<Integer> forms, long budgetBytes) {
            if (rough || forms.size() < 2 || !candidates.get(0).isLargeMesh()) {
                return forms;
            }
            double[] seconds = new double[candidates.size()];
            double least = Double.POSITIVE_INFINITY;
            for (int form : forms) {
                boolean slower = isSlower(form, budgetBytes, least);
                seconds[form] = slower
                        ? Double.POSITIVE_INFINITY
                        : candidates.get(form).within(budgetBytes, true).seconds();
                least = Math.min(least, seconds[form]);
            }
            return forms.stream()
                    .sorted(Comparator.comparingDouble(f -> seconds[f]))
                    .toList();
        }

        private Candidate.Claimed plan(int form, long budgetBytes) {
            Candidate.Claimed plan = candidates.get(form).within(budgetBytes, rough);
            floors[form] = Math.max(floors[form], plan.lowerBoundSeconds());
            proofs.get(form).add(() -> plan.known().get().lowerBoundSeconds());
            return plan;
        }

        /** Whether no plan of a form is faster than one that was found, but for the gap that is left anyway. */
        private boolean isSlower(int form, long budgetBytes, double seconds) {
            raise(form, budgetBytes);
            return floors[form] * (1 + candidates.get(form).gap(rough)) >= seconds;
        }

        /** Takes over what is known of a form by what was found for other memories. */
        private void raise(int form, long budgetBytes) {
            Optional<Candidate.Floor> floor = candidates.get(form).floor(budgetBytes);
            if (floor.isPresent() && floor.get().seconds() > floors[form]) {
                floors[form] = floor.get().seconds();
                proofs.get(form).add(floor.get().proved());
            }
        }

        private Best best(int form, Candidate.Known plan, List<List<Supplier<Double>>> proved) {
            double bound = proved.stream()
                    .mapToDouble(
                            all -> all.stream().mapToDouble(Supplier::get).max().orElseThrow())
                    .min()
                    .orElseThrow();
            return new Best(form, plan, Math.min(bound, plan.seconds()));
        }
    }

    /** Budgets at equal distances, the largest being what the fastest plan needs. What is within a budget is within a larger one too. */
    private List<Tradeoff> tradeoffs(List<Integer> forms, long smallestBytes) {
        long mostBytes = Math.max(
                candidates.get(forms.stream().min(fastestFirst()).orElseThrow()).fastestBytes(), smallestBytes);
        int last = mostBytes > smallestBytes ? TRADEOFFS - 1 : 0;
        long[] budgets = IntStream.rangeClosed(0, last)
                .mapToLong(i -> i == last ? mostBytes : smallestBytes + (mostBytes - smallestBytes) / last * i)
                .toArray();
        Search search = new Search(forms, true);
        List<Found> later = new ArrayList<>();
        for (int i = last; i >= 0; i--) {
            later.add(0, search.within(budgets[i]));
        }
        List<Best> bests = bounded(later.stream().map(f -> f.proved().get()).toList());
        List<Tradeoff> tradeoffs = new ArrayList<>();
        double quickest = Double.POSITIVE_INFINITY;
        for (int i = 0; i <= last; i++) {
            Best best = bests.get(i);
            quickest = Math.min(quickest, best.plan().seconds());
            double bound = Math.min(best.lowerBoundSeconds(), quickest);
            double gap = quickest == best.plan().seconds() ? best.gap() : (quickest - bound) / bound;
            tradeoffs.add(new Tradeoff(budgets[i] + fixedBytes, quickest, gap));
        }
        return tradeoffs;
    }

    /** By ever larger memory; what is not faster within one is not faster within a smaller one. */
    private static List<Best> bounded(List<Best> bests) {
        List<Best> bounded = new ArrayList<>();
        double bound = 0;
        for (int i = bests.size() - 1; i >= 0; i--) {
            Best best = bests.get(i);
            bound = Math.max(bound, best.lowerBoundSeconds());
            bounded.add(
                    0,
                    new Best(
                            best.form(),
                            best.plan(),
                            Math.min(bound, best.plan().seconds())));
        }
        return bounded;
    }
}
