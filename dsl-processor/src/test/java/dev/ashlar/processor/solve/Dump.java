package dev.ashlar.processor.solve;

import java.util.*;

public final class Dump {
    public static String scopes(Block block) {
        StringBuilder b = new StringBuilder();
        for (Factor f : block.factors()) {
            if (f.scope().length > 1) b.append(Arrays.toString(f.scope())).append(' ');
        }
        EliminationPlan plan = null;
        try { plan = EliminationPlan.of(block); } catch (IllegalArgumentException e) { return b + " " + e.getMessage(); }
        double sum = 0, max = 0;
        for (var step : plan.steps()) {
            double size = block.labels(step.node());
            for (int n : step.scope()) size *= block.labels(n);
            sum += size; max = Math.max(max, size);
            b.append("\nXX eliminate ").append(step.node()).append(" to ").append(Arrays.toString(step.scope())).append(" ").append((long) size);
        }
        b.append("\nXX SUM ").append((long) sum).append(" MAX ").append((long) max);
        return b.toString();
    }
}
