package dev.ashlar.runtime.train;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.launch.Ranks;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The plans of one model for different numbers of ranks, of which one is opened: that for as many as there are.
 *
 * <pre>{@code
 * Plans.<Step<GptBatch>>of(ranks)
 *         .on(4, () -> GptOnFourStep.open(ranks, seed, settings))
 *         .on(2, () -> GptOnTwoStep.open(ranks, seed, settings))
 *         .open()
 * }</pre>
 *
 * @param <S> what the plans' classes have in common
 */
public final class Plans<S> {
    private final Ranks ranks;
    private final TreeMap<Integer, Supplier<? extends S>> plans = new TreeMap<>();

    private Plans(Ranks ranks) {
        this.ranks = ranks;
    }

    /** No plan yet. */
    public static <S> Plans<S> of(Ranks ranks) {
        return new Plans<>(ranks);
    }

    /** A plan for so many ranks. */
    public Plans<S> on(int worldSize, Supplier<? extends S> open) {
        plans.put(worldSize, open);
        return this;
    }

    /**
     * Opens the plan for all ranks that were started.
     *
     * @throws AshlarException if there is none for so many
     */
    public S open() {
        Supplier<? extends S> plan = plans.get(ranks.worldSize());
        if (plan == null) {
            throw new AshlarException("there is no plan for " + ranks.worldSize() + " ranks; start one of "
                    + plans.keySet() + ", or plan another mesh");
        }
        return plan.get();
    }
}
