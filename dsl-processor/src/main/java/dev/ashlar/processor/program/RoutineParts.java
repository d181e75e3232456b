package dev.ashlar.processor.program;

import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Where the code of a routine is cut into methods, and what then has to outlive its part.
 *
 * @param steps of the routine
 * @param cuts positions before which a new part begins
 */
record RoutineParts(List<Step> steps, List<Integer> cuts) {
    /** Calls of kernels in one part; keeps a method far below the 8,000 bytecodes above which the JIT compiler gives up. */
    private static final int PART_CALLS = 80;

    static RoutineParts of(List<Step> steps) {
        List<Integer> cuts = new ArrayList<>();
        int calls = 0;
        for (int i = 0; i < steps.size(); i++) {
            if (calls >= PART_CALLS) {
                cuts.add(i);
                calls = 0;
            }
            calls += cost(steps.get(i));
        }
        return new RoutineParts(steps, cuts);
    }

    /** Code of a step, in calls of kernels. */
    private static int cost(Step step) {
        if (step instanceof Step.BlockForward || step instanceof Step.BlockBackward) {
            return 4;
        }
        boolean calls = step instanceof Step.Kernel
                || step instanceof Step.Collective
                || step instanceof Step.Begin
                || step instanceof Step.Fill
                || step instanceof Step.Start;
        return calls ? 1 : 0;
    }

    boolean beginsAt(int position) {
        return cuts.contains(position);
    }

    private int part(int position) {
        return (int) cuts.stream().filter(c -> c <= position).count();
    }

    /**
     * Adds to the fields what is made in one part and read in another.
     *
     * @param given what the routine begins with
     */
    void promote(Set<Value> fields, List<Value> given, Liveness liveness) {
        if (cuts.isEmpty()) {
            return;
        }
        given.stream().filter(liveness::isUsed).forEach(fields::add);
        for (int i = 0; i < steps.size(); i++) {
            for (Value made : Liveness.makes(steps.get(i))) {
                int last = Math.min(liveness.lastUse(made), steps.size() - 1);
                if (liveness.isUsed(made) && part(last) != part(i)) {
                    fields.add(made);
                }
            }
        }
        promoteSums(fields);
    }

    /** A sum may take the place of one of its operands, which then has to outlive its part as well. */
    private void promoteSums(Set<Value> fields) {
        for (int i = steps.size() - 1; i >= 0; i--) {
            if (steps.get(i) instanceof Step.Sum sum && fields.contains(sum.result())) {
                fields.add(sum.left());
                fields.add(sum.right());
            }
        }
    }
}
