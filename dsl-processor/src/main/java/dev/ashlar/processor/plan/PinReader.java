package dev.ashlar.processor.plan;

import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.Diagnostics;
import dev.ashlar.processor.diagnostic.ModelException;
import dev.ashlar.processor.diagnostic.Source;
import dev.ashlar.processor.diagnostic.Suggestions;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.Strategies;
import dev.ashlar.processor.shard.Strategy;
import dev.ashlar.processor.spec.AnnotationSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads the pins of a plan and of its model's methods, and checks them against the strategies that there are. */
final class PinReader {
    private static final int SHOWN = 6;

    private final Map<String, OperatorNode> operators;
    private final Mesh mesh;
    private final Diagnostics diagnostics;

    /** @param operators of the model, by their full names, in order of forward */
    PinReader(Map<String, OperatorNode> operators, Mesh mesh, Diagnostics diagnostics) {
        this.operators = operators;
        this.mesh = mesh;
        this.diagnostics = diagnostics;
    }

    /**
     * What the pins ask of every operator. Mistakes are reported.
     *
     * @param pins with what they are for
     */
    List<PinnedOperator> read(List<PinPlaces.Placed> pins) {
        List<PinnedOperator> all = new ArrayList<>();
        for (PinPlaces.Placed pin : pins) {
            try {
                all.addAll(read(pin));
            } catch (ModelException wrong) {
                diagnostics.error(wrong);
            }
        }
        return all;
    }

    private List<PinnedOperator> read(PinPlaces.Placed placed) {
        AnnotationSpec pin = placed.pin();
        Source strategySource = pin.value("strategy").source();
        Optional<Boolean> recomputed = recomputed(pin.value("saved").text());
        if (!pin.value("strategy").explicit() && recomputed.isEmpty()) {
            throw bad(pin.source(), "This @Pin asks for nothing. Give it a strategy, or saved = KEEP or RECOMPUTE.");
        }
        List<String> meant =
                operators.keySet().stream().filter(placed.meant()::matches).toList();
        if (meant.isEmpty()) {
            throw bad(placed.source(), none(placed));
        }
        Map<String, Layout> layouts = layouts(pin.value("strategy").text(), strategySource);
        List<PinnedOperator> all = new ArrayList<>();
        Set<String> checked = new LinkedHashSet<>();
        for (String name : meant) {
            PinnedOperator pinned =
                    new PinnedOperator(name, layouts, recomputed, layouts.isEmpty() ? pin.source() : strategySource);
            if (checked.add(OperatorPattern.starred(name))) {
                check(pinned, Strategies.of(operator(name), mesh));
            }
            all.add(pinned);
        }
        return all;
    }

    private OperatorNode operator(String name) {
        return java.util.Objects.requireNonNull(operators.get(name));
    }

    private static Optional<Boolean> recomputed(String saved) {
        return saved.equals("PLANNED") ? Optional.empty() : Optional.of(saved.equals("RECOMPUTE"));
    }

    private String none(PinPlaces.Placed placed) {
        Set<String> names = new LinkedHashSet<>();
        operators.keySet().forEach(n -> names.add(OperatorPattern.starred(n)));
        String there = names.stream().limit(2 * SHOWN).collect(Collectors.joining(", "))
                + (names.size() > 2 * SHOWN ? ", …" : "");
        List<String> below =
                names.stream().filter(n -> n.startsWith(placed.words() + ".")).toList();
        if (!below.isEmpty()) {
            return "'" + placed.words() + "' is several operators. Pin them one by one in @Plan(pins = …): "
                    + String.join(", ", below) + ".";
        }
        return "There is no operator '" + placed.words() + "' here."
                + Suggestions.didYouMean(OperatorPattern.starred(placed.words()), names) + " The operators are "
                + there + ".";
    }

    private Map<String, Layout> layouts(String text, Source source) {
        Map<String, Layout> layouts;
        try {
            layouts = new LinkedHashMap<>(PinText.parse(text));
        } catch (IllegalArgumentException wrong) {
            throw bad(source, String.valueOf(wrong.getMessage()));
        }
        layouts.forEach((tensor, layout) -> {
            int entries = layout.placements().size();
            if (entries != mesh.rank()) {
                throw bad(
                        source,
                        "'" + tensor + layout + "' has " + entries + (entries == 1 ? " entry" : " entries")
                                + ", but the mesh " + shape() + " has " + mesh.rank()
                                + (mesh.rank() == 1 ? " axis" : " axes") + ". Write one entry for each axis.");
            }
        });
        return layouts;
    }

    private void check(PinnedOperator pinned, List<Strategy> strategies) {
        List<String> tensors = strategies.get(0).names();
        for (String tensor : pinned.layouts().keySet()) {
            if (!tensors.contains(tensor)) {
                throw bad(
                        pinned.source(),
                        "'" + pinned.name() + "' has no tensor '" + tensor + "'."
                                + Suggestions.didYouMean(tensor, tensors) + " Its tensors are "
                                + String.join(", ", tensors) + ".");
            }
        }
        if (strategies.stream().noneMatch(pinned::permits)) {
            throw bad(
                    pinned.source(),
                    "No strategy of '" + pinned.name() + "' on the mesh " + shape()
                            + " has these layouts. It has " + strategies.size()
                            + (strategies.size() == 1 ? " strategy:" : " strategies, the nearest are:")
                            + nearest(pinned, strategies));
        }
    }

    /** As in source: {@code "{2, 4}"}. */
    private String shape() {
        return mesh.shape().stream().map(Object::toString).collect(Collectors.joining(", ", "{", "}"));
    }

    /** Those that agree in most tensors, each on a line. */
    static String nearest(PinnedOperator pinned, List<Strategy> strategies) {
        return strategies.stream()
                .sorted(Comparator.comparingLong((Strategy s) -> -agreeing(pinned, s)))
                .limit(SHOWN)
                .map(s -> "\n  " + s)
                .collect(Collectors.joining());
    }

    private static long agreeing(PinnedOperator pinned, Strategy strategy) {
        long agreeing = 0;
        for (Map.Entry<String, Layout> wanted : pinned.layouts().entrySet()) {
            Optional<Layout> layout = PinnedOperator.layout(strategy, wanted.getKey());
            for (int axis = 0;
                    layout.isPresent() && axis < wanted.getValue().placements().size();
                    axis++) {
                agreeing += layout.get().on(axis).equals(wanted.getValue().on(axis)) ? 1 : 0;
            }
        }
        return agreeing;
    }

    private static ModelException bad(Source source, String message) {
        return new ModelException(Code.BAD_PIN, source, message);
    }
}
