package dev.ashlar.processor.local;

import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.Value;
import java.util.List;
import java.util.OptionalInt;

/**
 * When gradients that are scattered while backward goes on are waited for: before the gradient of the next matrix goes its way, by which
 * time other kernels have run. So no more than one gradient of a part of backward waits in full beside the one that is being made.
 */
public final class Scatters {
    private static final int MATRIX_RANK = 2;

    private Scatters() {}

    /**
     * The position of the step before which it is waited for.
     *
     * @param part all steps of a part of backward
     * @param gradient position of the {@link Step.ParameterGradient}
     * @return empty if there is none: nothing long enough runs beside it
     */
    public static OptionalInt end(List<Step> part, int gradient) {
        boolean ran = false;
        for (int i = gradient + 1; i < part.size(); i++) {
            Step step = part.get(i);
            ran |= step instanceof Step.Kernel kernel && !kernel.recomputed();
            if (ran && step instanceof Step.ParameterGradient next && isMatrix(next)) {
                return OptionalInt.of(begin(part, i));
            }
        }
        return OptionalInt.empty();
    }

    private static boolean isMatrix(Step.ParameterGradient gradient) {
        return gradient.parameter().type().rank() >= MATRIX_RANK;
    }

    /** Where the way of a gradient begins: the position of the first of the collectives directly before it. */
    private static int begin(List<Step> part, int gradient) {
        int begin = gradient;
        Value wanted = ((Step.ParameterGradient) part.get(gradient)).gradient();
        while (begin > 0
                && part.get(begin - 1) instanceof Step.Collective collective
                && collective.result() == wanted
                && collective.source() instanceof Value source) {
            wanted = source;
            begin--;
        }
        return begin;
    }
}
