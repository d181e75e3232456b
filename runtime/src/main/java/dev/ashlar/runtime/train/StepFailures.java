package dev.ashlar.runtime.train;

import dev.ashlar.runtime.AshlarException;

/** What went wrong inside a step, in one sentence. */
final class StepFailures {
    private StepFailures() {}

    static String sentence(RuntimeException failure, PlanInfo plan) {
        String message = String.valueOf(failure.getMessage());
        if (isOutOfMemory(message)) {
            return "the device has no memory left: the plan needs " + plan.peakBytes() + " bytes of the "
                    + plan.budgetBytes() + " it was allowed; free memory, or plan with a smaller memory";
        }
        if (failure instanceof AshlarException) {
            return message;
        }
        // libtorch's messages are one good line and then a trace of C++ addresses.
        String first = message.lines().findFirst().orElse(failure.getClass().getSimpleName());
        return "libtorch refused: " + first + "; please report this plan";
    }

    private static boolean isOutOfMemory(String message) {
        return message.contains("can't allocate memory") || message.contains("out of memory");
    }
}
