package dev.ashlar.runtime.train;

import dev.ashlar.runtime.AshlarException;

/** What went wrong inside a step, in one sentence. */
final class StepFailures {
    private StepFailures() {}

    /** @param explained the failure with the operator it came from */
    static String sentence(AshlarException explained, PlanInfo plan) {
        String message = String.valueOf(explained.getMessage());
        if (isOutOfMemory(message)) {
            return "the device has no memory left: the plan needs " + plan.peakBytes() + " bytes of the "
                    + plan.budgetBytes() + " it was allowed; free memory, or plan with a smaller memory";
        }
        return message;
    }

    private static boolean isOutOfMemory(String message) {
        return message.contains("can't allocate memory") || message.contains("out of memory");
    }
}
