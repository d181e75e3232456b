package dev.ashlar.processor.program;

import dev.ashlar.processor.graph.Scope;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.graph.Variant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Makes the program of a training graph in which everything that backward reads is kept. */
public final class ProgramBuilder {
    private final Map<Scope, ScopeNames> names = new IdentityHashMap<>();
    private final List<ScopeNames> scopes = new ArrayList<>();
    private final Set<String> typeNames = new HashSet<>();
    private final Map<Variant, Map<Routine.Direction, Routine>> built = new IdentityHashMap<>();
    private final List<Routine> routines = new ArrayList<>();
    private final boolean accelerated;

    private ProgramBuilder(boolean accelerated) {
        this.accelerated = accelerated;
    }

    /** The program. */
    public static Program build(TrainingGraph graph) {
        return new ProgramBuilder(graph.form().accelerated())
                .program(graph, graph.graph().spec().mode().equals("TRAIN"));
    }

    /** The same without training. */
    public static Program evaluation(TrainingGraph graph) {
        return new ProgramBuilder(graph.form().accelerated()).program(graph, false);
    }

    private Program program(TrainingGraph graph, boolean trains) {
        boolean losses = !graph.losses().losses().isEmpty();
        boolean outputs = !graph.outputs().outputs().isEmpty();
        Optional<Routine> forward = trains
                ? Optional.of(make(
                        graph.train(),
                        Routine.Direction.FORWARD,
                        "Forward",
                        graph.train().losses()))
                : Optional.empty();
        Optional<Routine> backward = trains
                ? Optional.of(make(graph.train(), Routine.Direction.BACKWARD, "Backward", List.of()))
                : Optional.empty();
        Optional<Routine> evaluated = losses
                ? Optional.of(make(
                        graph.losses(),
                        Routine.Direction.EVALUATE,
                        "Losses",
                        graph.losses().losses()))
                : Optional.empty();
        Optional<Routine> made = outputs
                ? Optional.of(make(
                        graph.outputs(),
                        Routine.Direction.EVALUATE,
                        "Outputs",
                        graph.outputs().outputs()))
                : Optional.empty();
        return new Program(graph, scopes, routines, forward, backward, evaluated, made);
    }

    private Routine block(Variant variant, Routine.Direction direction) {
        Map<Routine.Direction, Routine> directions = built.computeIfAbsent(variant, v -> new HashMap<>());
        Routine known = directions.get(direction);
        if (known == null) {
            String purpose = switch (direction) {
                case FORWARD -> "Forward";
                case PASS -> "Pass";
                case EVALUATE -> "Evaluate";
                case BACKWARD -> "Backward";
            };
            known = make(variant, direction, purpose, variant.outputs());
            directions.put(direction, known);
            routines.add(known);
        }
        return known;
    }

    private Routine make(Variant variant, Routine.Direction direction, String purpose, List<Value> outputs) {
        Set<Value> saved = direction.keeps() ? saved(variant) : Set.of();
        List<Optional<Value>> results = direction == Routine.Direction.BACKWARD
                ? variant.inputGradients()
                : outputs.stream().map(Optional::of).toList();
        return new RoutineBuilder(
                        variant, accelerated, direction, purpose, names(variant.scope()), saved, results, this::block)
                .build();
    }

    private ScopeNames names(Scope scope) {
        ScopeNames known = names.get(scope);
        if (known == null) {
            String name = scope.typeName();
            for (int i = 2; !typeNames.add(name); i++) {
                name = scope.typeName() + i;
            }
            known = new ScopeNames(scope, name);
            names.put(scope, known);
            scopes.add(known);
        }
        return known;
    }

    /** What backward reads of forward, in order of its making. */
    public static Set<Value> saved(Variant variant) {
        Set<Value> read = new HashSet<>();
        variant.backward().forEach(s -> read.addAll(Liveness.reads(s)));
        variant.backward().forEach(s -> Liveness.makes(s).forEach(read::remove)); // recomputed
        Set<Value> saved = new LinkedHashSet<>();
        variant.inputs().stream().filter(read::contains).forEach(saved::add);
        for (Step step : variant.forward()) {
            Liveness.makes(step).stream().filter(read::contains).forEach(saved::add);
        }
        return saved;
    }
}
