package dev.ashlar.processor.report;

import dev.ashlar.processor.device.Memory;
import dev.ashlar.processor.plan.Alternative;
import dev.ashlar.processor.plan.Communication;
import dev.ashlar.processor.plan.CommunicationGroup;
import dev.ashlar.processor.plan.OperatorPlan;
import dev.ashlar.processor.plan.Plan;
import dev.ashlar.processor.program.SavedTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What was chosen for every operator, what it saves and sends, and what the best other choice would have cost; for people. */
public final class Explanation {
    private final Plan plan;
    private final Map<String, List<CommunicationGroup>> sent = new LinkedHashMap<>();

    private Explanation(Plan plan) {
        this.plan = plan;
        for (CommunicationGroup group : CommunicationGroup.of(plan.communications())) {
            String owner = starred(owner(group.first().tensor()));
            sent.computeIfAbsent(owner, o -> new ArrayList<>()).add(group);
        }
    }

    /** The text; repetitions that chose alike are told once. */
    public static String text(Plan plan) {
        return new Explanation(plan).text();
    }

    private String text() {
        Map<String, List<OperatorPlan>> alike = new LinkedHashMap<>();
        for (OperatorPlan operator : plan.operators()) {
            alike.computeIfAbsent(starred(operator.name()) + said(operator), k -> new ArrayList<>())
                    .add(operator);
        }
        StringBuilder text = new StringBuilder();
        plan.summary().forEach(line -> text.append(line).append('\n'));
        alike.values().forEach(operators -> tell(operators, text));
        return text.toString();
    }

    private void tell(List<OperatorPlan> operators, StringBuilder text) {
        OperatorPlan first = operators.get(0);
        text.append('\n').append(names(operators)).append("  ");
        text.append(first.strategy()).append('\n').append(said(first));
        sent.getOrDefault(starred(first.name()), List.of()).forEach(g -> text.append(line(g)));
    }

    /** What is the same for all repetitions that are told together. */
    private static String said(OperatorPlan operator) {
        StringBuilder text = new StringBuilder();
        text.append("  backward    ").append(operator.strategy().backward()).append('\n');
        text.append("  time        ").append(micros(operator.cost().seconds())).append('\n');
        saved("keeps", operator.saved(), text);
        saved("recomputes", operator.recomputed(), text);
        operator.alternative()
                .ifPresent(
                        a -> text.append("  otherwise   ").append(a.strategy()).append(price(a)));
        return text.toString();
    }

    private static void saved(String verb, List<SavedTensor> tensors, StringBuilder text) {
        if (!tensors.isEmpty()) {
            text.append("  ").append(verb).append(" ".repeat(12 - verb.length()));
            text.append(tensors.stream()
                    .map(t -> t.name() + " (" + Memory.text(t.bytes()) + ")")
                    .collect(Collectors.joining(", ")));
            text.append('\n');
        }
    }

    private static String price(Alternative alternative) {
        String bytes = (alternative.extraBytes() < 0 ? "-" : "+") + Memory.text(Math.abs(alternative.extraBytes()));
        String seconds = (alternative.extraSeconds() < 0 ? "-" : "+") + micros(Math.abs(alternative.extraSeconds()));
        return "\n              " + seconds + ", peak " + bytes
                + (alternative.fits() ? "" : ", which is more than the memory") + '\n';
    }

    private static String line(CommunicationGroup group) {
        Communication c = group.first();
        return "  sends       " + c.phase().words() + " " + group.name() + ": " + c.kind() + " over axis "
                + c.meshAxis()
                + " " + c.from() + " -> " + c.to() + ", " + Memory.text(c.wireBytes()) + ", " + micros(c.seconds())
                + (group.count() > 1 ? ", " + group.count() + " times" : "") + "\n";
    }

    private static String names(List<OperatorPlan> operators) {
        String first = operators.get(0).name();
        String last = operators.get(operators.size() - 1).name();
        return operators.size() == 1 ? first : first + " … " + last + " (" + operators.size() + ")";
    }

    /** The operator of a tensor or parameter: {@code "body[0].up"} of {@code "body[0].up.weight"}. */
    private String owner(String tensor) {
        boolean operator = plan.operators().stream().anyMatch(o -> o.name().equals(tensor));
        int dot = tensor.lastIndexOf('.');
        return operator || dot < 0 ? tensor : tensor.substring(0, dot);
    }

    private static String starred(String name) {
        return name.replaceAll("\\[\\d+]", "[*]");
    }

    private static String micros(double seconds) {
        return String.format(Locale.ROOT, "%.1f us", seconds * 1e6);
    }
}
