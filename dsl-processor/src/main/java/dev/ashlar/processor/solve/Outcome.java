package dev.ashlar.processor.solve;

/** What the solver found. */
public sealed interface Outcome {
    /**
     * A labelling within the budget.
     *
     * @param solution the fastest seen
     * @param certificate of a bound on the time
     */
    record Feasible(Solution solution, Certificate certificate) implements Outcome {
        /** How far the solution can be from the optimum, as a share of the bound. */
        public double gap() {
            return certificate.bound() <= 0
                    ? (solution.time() == 0 ? 0 : Double.POSITIVE_INFINITY)
                    : (double) (solution.time() - certificate.bound()) / certificate.bound();
        }
    }

    /**
     * No labelling within the budget was found.
     *
     * @param smallestBudget the smallest budget for which a labelling is known
     * @param solution the fastest labelling seen for that budget
     * @param certificate that no labelling needs {@code certificate.budget()} or less; that budget is {@code smallestBudget - 1}
     *     unless the search was cut short
     */
    record Infeasible(long smallestBudget, Solution solution, Certificate certificate) implements Outcome {}

    /** The tables forbid every labelling, whatever the budget. */
    record Contradiction() implements Outcome {}
}
