package dev.ashlar.processor.plan;

import dev.ashlar.processor.device.Memory;
import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.Diagnostics;
import dev.ashlar.processor.program.MemoryGroup;
import java.util.List;

/** Says why a plan does not fit its memory, and what would. */
final class Infeasible {
    private static final int SHOWN = 5;

    private Infeasible() {}

    /**
     * Reports it on the plan's memory value.
     *
     * @param plan the smallest there is
     * @param hints what would do, in sentences
     */
    static void report(Plan plan, List<String> hints, Diagnostics diagnostics) {
        StringBuilder message = new StringBuilder();
        Evidence evidence = plan.evidence();
        long budgetBytes = plan.target().budgetBytes();
        int devices = plan.target().mesh().devices();
        boolean none = evidence.isSmallestProved() || budgetBytes < evidence.provedSmallestBytes();
        message.append(none ? "No plan fits " : "No plan was found that fits ");
        message.append(amount(budgetBytes));
        message.append(devices > 1 ? " on each of the " + devices + " devices" : "");
        message.append(evidence.isSmallestProved() ? ": the smallest that does needs " : ": the least found needs ");
        message.append(amount(plan.deviceBytes()))
                .append(", at ")
                .append(plan.memory().peakAt());
        if (!evidence.isSmallestProved()) {
            message.append(", and it is proved that none needs less than ");
            message.append(amount(evidence.provedSmallestBytes()));
        }
        message.append(". Write memory = \"").append(plan.deviceBytes());
        message.append("B\" or more, or make the model or its batch smaller.");
        hints.forEach(hint -> message.append(' ').append(hint));
        message.append(" The largest at the peak:");
        plan.memory().atPeak().stream()
                .limit(SHOWN)
                .forEach(group -> message.append("\n  ").append(line(group)));
        if (plan.target().fixedBytes() > 0) {
            message.append("\n  ").append(Memory.text(plan.target().fixedBytes()));
            message.append(" that ").append(plan.target().device().name()).append(" takes beside tensors");
        }
        diagnostics.error(Code.INFEASIBLE, plan.spec().memory().source(), message.toString());
    }

    private static String line(MemoryGroup group) {
        String count = group.count() > 1 ? " in " + group.count() + " tensors" : "";
        String where = group.where().isEmpty() ? "" : ", made by " + group.where();
        return Memory.text(group.bytes()) + " " + group.name() + count + where;
    }

    private static String amount(long bytes) {
        String text = Memory.text(bytes);
        return text.equals(bytes + " B") ? text : text + " (" + bytes + " bytes)";
    }
}
