package dev.ashlar.processor.joint;

import java.util.Set;

/**
 * What a piece makes of an operator, whatever is chosen.
 *
 * @param inputs indices of the inputs whose gradients are made
 * @param trained indices of the parameters that are trained
 * @param parameters indices of those among them that have a gradient
 * @param waiting indices of those among them whose gradients are summed at once and alone
 * @param parametersReadBackward indices of the parameters that backward reads
 * @param forwardOutliving results of its kernels forward that are read behind them
 * @param backwardOutliving the same backward
 * @param hidden indices of the parameters whose gradients, if they are scattered, have other kernels to run beside
 * @param early indices of the parameters that forward may gather beside what runs before
 * @param earlyAgain the same of backward
 * @param trainedInPart how many parameters the piece trains
 * @param lastPart whether backward runs no piece behind it
 * @param lastOfPart whether its kernels are the last of the piece's backward
 */
record OperatorUse(
        Set<Integer> inputs,
        Set<Integer> trained,
        Set<Integer> parameters,
        Set<Integer> waiting,
        Set<Integer> parametersReadBackward,
        Set<Place> forwardOutliving,
        Set<Place> backwardOutliving,
        Set<Integer> hidden,
        Set<Integer> early,
        Set<Integer> earlyAgain,
        int trainedInPart,
        boolean lastPart,
        boolean lastOfPart) {
    /** Of an operator that is not trained, whose first output somebody reads. */
    static final OperatorUse OF_EVALUATION = new OperatorUse(
            Set.of(),
            Set.of(),
            Set.of(),
            Set.of(),
            Set.of(),
            Set.of(new Place(0, 0)),
            Set.of(),
            Set.of(),
            Set.of(),
            Set.of(),
            0,
            false,
            false);

    /** Copies the sets. */
    OperatorUse {
        inputs = Set.copyOf(inputs);
        trained = Set.copyOf(trained);
        parameters = Set.copyOf(parameters);
        waiting = Set.copyOf(waiting);
        parametersReadBackward = Set.copyOf(parametersReadBackward);
        forwardOutliving = Set.copyOf(forwardOutliving);
        backwardOutliving = Set.copyOf(backwardOutliving);
        hidden = Set.copyOf(hidden);
        early = Set.copyOf(early);
        earlyAgain = Set.copyOf(earlyAgain);
    }

    /** One result of one kernel of a direction. */
    record Place(int kernel, int result) {}
}
