package dev.ashlar.runtime.train;

import dev.ashlar.runtime.AshlarException;

/** The learning rate as a function of the optimizer step. */
@FunctionalInterface
public interface Schedule {

    /** The learning rate of step {@code step}, counted from 0. */
    double at(long step);

    /** The same learning rate at every step. */
    static Schedule constant(double learningRate) {
        requireRate("learning rate", learningRate);
        return step -> learningRate;
    }

    /**
     * Rises linearly to {@code peak} during the first {@code warmup} steps, then falls along half a cosine to {@code floor} at step
     * {@code total} and stays there. Step 0 already learns: its rate is {@code peak / warmup}.
     *
     * @throws AshlarException if a rate is negative or not finite, if the floor is above the peak, or if the warm-up is longer than the whole
     */
    static Schedule warmupCosine(double peak, long warmup, long total, double floor) {
        requireRate("peak learning rate", peak);
        requireRate("floor learning rate", floor);
        if (floor > peak) {
            throw new AshlarException(
                    "the floor learning rate " + floor + " is above the peak " + peak + "; swap them");
        }
        if (warmup < 0 || total <= 0 || warmup > total) {
            throw new AshlarException("a schedule of " + total + " steps cannot warm up for " + warmup
                    + " of them; give 0 <= warmup <= total and total > 0");
        }
        return step -> {
            if (step < warmup) {
                return peak * (step + 1) / warmup;
            }
            if (step >= total) {
                return floor;
            }
            double done = (double) (step - warmup) / (total - warmup);
            return floor + (peak - floor) * 0.5 * (1 + Math.cos(Math.PI * done));
        };
    }

    private static void requireRate(String what, double rate) {
        if (!(rate >= 0) || Double.isInfinite(rate)) {
            throw new AshlarException("the " + what + " is " + rate + "; give a finite number that is not negative");
        }
    }
}
