package dev.ashlar.processor.plan;

import dev.ashlar.processor.solve.Problem;
import java.util.List;
import java.util.Optional;

/** All plans of a model on a mesh, as a problem for the solver and back. */
interface PlanProblem {
    /** More memory than any plan needs. */
    long UNLIMITED_BYTES = 1L << 56;

    /** Memory in bytes, times in units that {@link #seconds} knows. */
    Problem problem();

    /** Whether there is more than one plan. */
    boolean hasChoices();

    /** The plan of a labelling. */
    PlannedGraph apply(List<Integer> labels);

    /** Memory in bytes that a plan needs outside training, where that may be more than training needs and than the problem says. */
    default long evaluationBytes(List<Integer> labels) {
        return 0;
    }

    /** The same plans by a problem that says more exactly what they need outside training, and takes longer; empty if there is none. */
    default Optional<PlanProblem> closer() {
        return Optional.empty();
    }

    /** Seconds of a time of the problem. */
    double seconds(long time);

    /** The fastest plan of all, where it is known without solving. */
    Optional<Fastest> fastest();

    /** The operators that have labels of their own, in order of forward. */
    List<OperatorLabels> operators();

    /** The operators of which backward may compute again what they make, in order of forward. */
    List<RepeatedLabels> repeated();

    /**
     * The fastest plan, whatever its memory.
     *
     * @param peakBytes memory of its tensors at the most
     * @param seconds of a step
     * @param why it is the fastest, in words
     */
    record Fastest(List<Integer> labels, long peakBytes, double seconds, String why) {
        public Fastest {
            labels = List.copyOf(labels);
        }
    }
}
