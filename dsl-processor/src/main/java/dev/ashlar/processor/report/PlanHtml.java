package dev.ashlar.processor.report;

import dev.ashlar.processor.device.Memory;
import dev.ashlar.processor.plan.Communication;
import dev.ashlar.processor.plan.CommunicationGroup;
import dev.ashlar.processor.plan.OperatorPlan;
import dev.ashlar.processor.plan.ParameterPlan;
import dev.ashlar.processor.plan.Plan;
import dev.ashlar.processor.plan.Tradeoff;
import dev.ashlar.processor.program.MemoryGroup;
import dev.ashlar.processor.program.SavedTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import javax.xml.stream.XMLStreamException;

/** A plan as one page that needs nothing beside it: what was chosen, memory over time, what is sent. Equal plans are equal bytes. */
public final class PlanHtml {
    private final Plan plan;
    private final Markup page;

    private PlanHtml(Plan plan, Markup page) {
        this.plan = plan;
        this.page = page;
    }

    /** The page. */
    public static String text(Plan plan) {
        try {
            Markup page = new Markup();
            new PlanHtml(plan, page).write();
            return page.text();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("a page in memory cannot fail", e);
        }
    }

    private void write() throws XMLStreamException {
        page.open("html", "lang", "en").open("head").empty("meta", "charset", "utf-8");
        page.element("title", plan.spec().simpleName());
        page.element("style", """
                body { font: 14px sans-serif; margin: 2em; max-width: 80em }
                table { border-collapse: collapse; margin: 1em 0 }
                td, th { border-bottom: 1px solid #ddd; padding: 2px 8px; text-align: left }
                td.figure { text-align: right; font-variant-numeric: tabular-nums }
                code, pre { font: 13px monospace }
                """);
        page.close().open("body").element("h1", plan.spec().qualifiedName());
        page.element("pre", String.join("\n", plan.summary()));
        memory();
        tradeoffs();
        operators();
        collectives();
        parameters();
        page.close().close();
    }

    private void memory() throws XMLStreamException {
        page.element("h2", "Memory over one step");
        new MemoryCurve(plan).write(page);
        page.element("p", "All that is there at the peak, " + plan.memory().peakAt() + ":");
        head("tensors", "made by", "count", "bytes");
        for (MemoryGroup group : plan.memory().atPeak()) {
            row(
                    List.of(group.name(), group.where()),
                    List.of(Long.toString(group.count()), Memory.text(group.bytes())));
        }
        page.close();
    }

    private void tradeoffs() throws XMLStreamException {
        page.element("h2", "More or less memory");
        head("memory of the device", "step", "proven gap");
        for (Tradeoff tradeoff : plan.evidence().tradeoffs()) {
            row(
                    List.of(),
                    List.of(
                            Memory.text(tradeoff.budgetBytes()),
                            micros(tradeoff.stepSeconds()),
                            String.format(Locale.ROOT, "%.3f %%", 100 * tradeoff.gap())));
        }
        page.close();
    }

    private void operators() throws XMLStreamException {
        page.element("h2", "Operators");
        head("operator", "kind", "strategy", "kept", "recomputed", "otherwise", "count", "forward us", "backward us");
        Map<List<String>, Long> counts = new LinkedHashMap<>();
        Map<List<String>, OperatorPlan> firsts = new LinkedHashMap<>();
        for (OperatorPlan operator : plan.operators()) {
            List<String> words = words(operator);
            counts.merge(words, 1L, Long::sum);
            firsts.putIfAbsent(words, operator);
        }
        for (Map.Entry<List<String>, OperatorPlan> entry : firsts.entrySet()) {
            OperatorPlan first = entry.getValue();
            row(
                    entry.getKey(),
                    List.of(
                            String.valueOf(counts.get(entry.getKey())),
                            micros(first.cost().forward().seconds()),
                            micros(first.cost().backward().seconds()
                                    + first.cost().recompute().seconds())));
        }
        page.close();
    }

    private static List<String> words(OperatorPlan operator) {
        return List.of(
                operator.name().replaceAll("\\[\\d+]", "[*]"),
                operator.whole().operator().kind(),
                operator.strategy().toString(),
                tensors(operator.saved()),
                tensors(operator.recomputed()),
                operator.alternative()
                        .map(a -> a.strategy() + " (" + (a.extraSeconds() < 0 ? "" : "+") + micros(a.extraSeconds())
                                + " us)")
                        .orElse(""));
    }

    private static String tensors(List<SavedTensor> tensors) {
        return tensors.stream()
                .map(t -> t.name() + " " + Memory.text(t.bytes()))
                .collect(Collectors.joining(", "));
    }

    private void collectives() throws XMLStreamException {
        if (plan.communications().isEmpty()) {
            return;
        }
        page.element("h2", "Collectives");
        head("collective", "for", "what", "layouts", "axis", "count", "one device sends", "us each");
        for (CommunicationGroup group : CommunicationGroup.of(plan.communications())) {
            Communication first = group.first();
            row(
                    List.of(
                            first.kind(),
                            first.phase().words() + " " + group.name(),
                            first.purpose().words(),
                            first.from() + " -> " + first.to()),
                    List.of(
                            Integer.toString(first.meshAxis()),
                            Integer.toString(group.count()),
                            Memory.text(first.wireBytes()),
                            micros(first.seconds())));
        }
        page.close();
    }

    private void parameters() throws XMLStreamException {
        page.element("h2", "Parameters");
        head("parameter", "storage", "optimizer state", "shape", "on one device", "gradient", "state");
        for (ParameterPlan parameter : plan.parameters()) {
            row(
                    List.of(
                            parameter.name(),
                            parameter.storage().toString(),
                            parameter.optimizerStorage().toString(),
                            parameter
                                    .part()
                                    .tiedTo()
                                    .map(t -> "= " + t)
                                    .orElse(parameter.whole().sizes().toString())),
                    List.of(
                            Memory.text(parameter.part().bytes()),
                            Memory.text(parameter.gradientBytes()),
                            Memory.text(parameter.part().optimizerBytes())));
        }
        page.close();
    }

    /** Opens a table. */
    private void head(String... columns) throws XMLStreamException {
        page.open("table").open("tr");
        for (String column : columns) {
            page.element("th", column);
        }
        page.close();
    }

    private void row(List<String> words, List<String> figures) throws XMLStreamException {
        page.open("tr");
        for (String word : words) {
            page.open("td").element("code", word).close();
        }
        for (String figure : figures) {
            page.element("td", figure, "class", "figure");
        }
        page.close();
    }

    private static String micros(double seconds) {
        return String.format(Locale.ROOT, "%.1f", seconds * 1e6);
    }
}
