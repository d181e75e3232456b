package dev.ashlar.processor.plan;

import dev.ashlar.processor.device.Memory;
import dev.ashlar.processor.program.MemoryGroup;
import dev.ashlar.processor.program.MemoryProfile;
import dev.ashlar.processor.program.ModelParameter;
import dev.ashlar.processor.program.Program;
import dev.ashlar.processor.spec.PlanSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** A plan in a few lines for people. */
final class Summary {
    private static final int SHOWN = 4;

    private Summary() {}

    static List<String> lines(
            Program program,
            PlanTarget target,
            MemoryProfile memory,
            List<OperatorPlan> operators,
            List<ParameterPlan> parameters,
            List<Communication> communications,
            StepTime time) {
        PlanSpec spec = program.graph().graph().spec();
        List<String> lines = new ArrayList<>();
        long own = parameters.stream()
                .filter(p -> p.part().tiedTo().isEmpty() && p.part().role() != ModelParameter.Role.BUFFER)
                .mapToLong(p -> p.whole().elements())
                .sum();
        lines.add("model   " + spec.model().simpleName() + ", plan " + spec.simpleName() + ": "
                + String.format(Locale.ROOT, "%,d", own) + " parameters");
        lines.add("device  " + devices(target) + ", budget " + Memory.text(target.budgetBytes()) + ", "
                + spec.train().precision()
                + (program.backward().isPresent() ? ", " + spec.train().optimizer() : ""));
        lines.add("peak    " + Memory.text(memory.peakBytes()) + " at " + memory.peakAt() + ": "
                + Memory.text(memory.parameterBytes()) + " parameters, " + Memory.text(memory.optimizerBytes())
                + " optimizer state, " + Memory.text(gradientsAtPeak(memory)) + " gradients, "
                + Memory.text(othersAtPeak(memory)) + " activations");
        if (program.backward().isPresent()) {
            lines.add("saved   " + memory.saved().size() + " tensors, " + Memory.text(memory.savedBytes())
                    + (RecomputedSegment.of(operators).isEmpty() ? ", all" : ",") + " kept for backward");
            recomputed(operators).ifPresent(lines::add);
        }
        int parts = program.graph().form().microBatches();
        if (parts > 1) {
            lines.add("batch   in " + parts + " micro-batches, whose gradients are added up");
        }
        int chunks = program.graph().form().lossChunks();
        if (chunks > 1) {
            lines.add("loss    with its head in " + chunks + " chunks of tokens, logits of one at a time");
        }
        communication(communications).ifPresent(lines::add);
        lines.add((program.backward().isPresent() ? "step    " : "time    ") + "about " + duration(time.seconds())
                + " estimated"
                + (time.updateSeconds() > 0
                        ? ", " + duration(time.updateSeconds()) + " of it update"
                                + (program.graph().form().updateInBackward() ? " in backward" : "")
                        : ""));
        return List.copyOf(lines);
    }

    private static String devices(PlanTarget target) {
        int devices = target.mesh().devices();
        String name = target.device().name();
        return devices == 1 ? name : devices + " times " + name + " as " + target.mesh();
    }

    private static Optional<String> communication(List<Communication> communications) {
        if (communications.isEmpty()) {
            return Optional.empty();
        }
        long wireBytes =
                communications.stream().mapToLong(Communication::stepBytes).sum();
        double seconds =
                communications.stream().mapToDouble(Communication::stepSeconds).sum();
        int calls = communications.stream()
                .filter(c -> c.wireBytes() > 0)
                .mapToInt(Communication::times)
                .sum();
        return Optional.of("sends   " + Memory.text(wireBytes) + " in " + calls + " collectives, " + duration(seconds));
    }

    private static Optional<String> recomputed(List<OperatorPlan> operators) {
        List<RecomputedSegment> segments = RecomputedSegment.of(operators);
        if (segments.isEmpty()) {
            return Optional.empty();
        }
        long tensors = operators.stream().mapToLong(o -> o.recomputed().size()).sum();
        long bytes = segments.stream().mapToLong(RecomputedSegment::bytes).sum();
        double seconds =
                segments.stream().mapToDouble(RecomputedSegment::seconds).sum();
        String where = segments.stream()
                .limit(SHOWN)
                .map(s -> s.name() + (s.name().isEmpty() ? "" : ": ") + String.join(", ", s.tensors()))
                .collect(Collectors.joining("; "));
        return Optional.of("again   " + tensors + " tensors, " + Memory.text(bytes) + ", recomputed in "
                + duration(seconds) + ": " + where + (segments.size() > SHOWN ? "; …" : ""));
    }

    private static long gradientsAtPeak(MemoryProfile memory) {
        return memory.atPeak().stream()
                .filter(g -> g.name().equals("gradients") && g.where().isEmpty())
                .mapToLong(MemoryGroup::bytes)
                .sum();
    }

    private static long othersAtPeak(MemoryProfile memory) {
        return memory.peakBytes() - memory.staticBytes() - gradientsAtPeak(memory);
    }

    /** {@code "4.2 ms"}, {@code "310 us"}. */
    private static String duration(double seconds) {
        if (seconds >= 1) {
            return String.format(Locale.ROOT, "%.2f s", seconds);
        }
        return seconds >= 1e-3
                ? String.format(Locale.ROOT, "%.1f ms", seconds * 1e3)
                : String.format(Locale.ROOT, "%.0f us", seconds * 1e6);
    }
}
