package dev.ashlar.processor.graph;

import dev.ashlar.processor.diagnostic.Diagnostics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Derives the backward pass. Every scope is lowered once for every combination of gradients that come in and are needed; gradients
 * that nobody needs are never made.
 */
public final class Autodiff {
    private record Key(Scope scope, Variant.Mode mode, List<Boolean> inputs, List<Boolean> outputs, String trained) {}

    private final Trainable trainable;
    private final Requirements requirements;
    private final Map<Key, Variant> variants = new HashMap<>();

    private Autodiff(Trainable trainable) {
        this.trainable = trainable;
        requirements = new Requirements(trainable);
    }

    /** Derives gradients of all that is trained; reports patterns that match nothing. */
    public static TrainingGraph derive(Graph graph, Diagnostics diagnostics) {
        Trainable trainable =
                graph.spec().mode().equals("TRAIN") ? new Trainable(graph.spec().train()) : Trainable.nothing();
        trainable.check(graph.root(), graph.spec().train(), diagnostics);
        return derive(graph, trainable);
    }

    /** Derives gradients of all that is trained. */
    public static TrainingGraph derive(Graph graph, Trainable trainable) {
        return derive(graph, trainable, Variant.Mode.TRAIN);
    }

    /** The same for evaluation alone: what it has of training is an evaluation too, and nothing has a gradient. */
    public static TrainingGraph evaluating(Graph graph, Trainable trainable) {
        return derive(graph, trainable, Variant.Mode.EVALUATE);
    }

    private static TrainingGraph derive(Graph graph, Trainable trainable, Variant.Mode mode) {
        Autodiff autodiff = new Autodiff(trainable);
        Scope root = graph.root();
        List<Value> losses = root.losses().stream().map(ScopeLoss::value).toList();
        List<Value> outputs = root.outputs().stream().map(ScopeOutput::value).toList();
        List<Boolean> noInputs = Collections.nCopies(root.inputs().size(), false);
        List<Boolean> noOutputs = Collections.nCopies(root.outputs().size(), false);
        return new TrainingGraph(
                graph,
                autodiff.lower(root, ancestors(root, losses), mode, "", noInputs, noOutputs),
                autodiff.lower(root, ancestors(root, losses), Variant.Mode.EVALUATE, "", noInputs, noOutputs),
                autodiff.lower(root, ancestors(root, outputs), Variant.Mode.EVALUATE, "", noInputs, noOutputs),
                trainable,
                StepForm.PLAIN.withMicroBatches(microBatches(graph)));
    }

    /** The micro-batches that the plan asks for; where the choice is the planner's, one. */
    private static int microBatches(Graph graph) {
        long asked = ((Number) graph.spec().microBatches().value()).longValue();
        return Math.toIntExact(Math.max(1, asked));
    }

    private static List<Node> ancestors(Scope scope, Collection<Value> targets) {
        Set<Value> wanted = new HashSet<>(targets);
        Set<Node> needed = new HashSet<>();
        List<Node> nodes = scope.nodes();
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node node = nodes.get(i);
            if (node.outputs().stream().anyMatch(wanted::contains)) {
                needed.add(node);
                wanted.addAll(node.inputs());
            }
        }
        return nodes.stream().filter(needed::contains).toList();
    }

    private Variant block(
            Scope scope, Variant.Mode mode, String path, List<Boolean> inputs, List<Boolean> outputGradients) {
        Key key = new Key(scope, mode, inputs, outputGradients, trainable.signature(scope, path));
        Variant variant = variants.get(key);
        if (variant == null) {
            variant = lower(scope, scope.nodes(), mode, path, inputs, outputGradients);
            variants.put(key, variant);
        }
        return variant;
    }

    private Variant lower(
            Scope scope,
            List<Node> nodes,
            Variant.Mode mode,
            String path,
            List<Boolean> inputs,
            List<Boolean> outputGradients) {
        boolean train = mode == Variant.Mode.TRAIN;
        Requirements.Result required = requirements.of(scope, nodes, path, inputs);
        ForwardLowering forward = new ForwardLowering(mode);
        BackwardLowering backward = new BackwardLowering(
                forward, v -> train && required.values().contains(v), p -> train && trainable.trains(path, p));
        List<Optional<Value>> given = given(scope, outputGradients, backward);
        Map<UseNode, List<Step.Run>> runs = planRuns(scope, nodes, mode, path, required, outputGradients);
        for (Node node : nodes) {
            if (node instanceof OperatorNode operator) {
                forward.lower(operator);
            } else if (node instanceof UseNode use) {
                forward.lower(use, Objects.requireNonNull(runs.get(use)));
            } else if (node instanceof CopyNode copy) {
                forward.lower(copy);
            }
        }
        if (train) {
            scope.losses().forEach(backward::seed);
            for (int i = nodes.size() - 1; i >= 0; i--) {
                if (nodes.get(i) instanceof OperatorNode operator) {
                    backward.lower(operator);
                } else if (nodes.get(i) instanceof UseNode use) {
                    lowerBackward(use, Objects.requireNonNull(runs.get(use)), backward);
                } else if (nodes.get(i) instanceof CopyNode copy) {
                    backward.lower(copy);
                }
            }
        }
        Variant variant = new Variant(
                scope,
                mode,
                scope.inputs().stream().map(ScopeInput::value).toList(),
                forward.steps(),
                made(scope.outputs().stream().map(ScopeOutput::value).toList(), nodes, scope, forward),
                made(scope.losses().stream().map(ScopeLoss::value).toList(), nodes, scope, forward),
                given,
                backward.steps(),
                scope.inputs().stream().map(i -> backward.gradient(i.value())).toList());
        return Recompute.of(variant, forward.gatheredAgain());
    }

    /** The values among {@code targets} that the nodes make, as lowered. */
    private static List<Value> made(List<Value> targets, List<Node> nodes, Scope scope, ForwardLowering forward) {
        Set<Value> there = new LinkedHashSet<>();
        scope.inputs().forEach(i -> there.add(i.value()));
        nodes.forEach(n -> there.addAll(n.outputs()));
        return targets.stream().filter(there::contains).map(forward::lowered).toList();
    }

    private static List<Optional<Value>> given(Scope scope, List<Boolean> outputGradients, BackwardLowering backward) {
        List<Optional<Value>> given = new ArrayList<>();
        for (int i = 0; i < outputGradients.size(); i++) {
            Value output = scope.outputs().get(i).value();
            if (outputGradients.get(i)) {
                Value gradient = Value.of("d." + scope.outputs().get(i).name(), output.type());
                given.add(Optional.of(gradient));
                backward.contribute(output, gradient);
            } else {
                given.add(Optional.empty());
            }
        }
        return given;
    }

    /**
     * Which variant every repetition of every use runs as. Last to first, because whether a tensor before a block gets a gradient
     * depends on the variant of the block behind it.
     */
    private Map<UseNode, List<Step.Run>> planRuns(
            Scope scope,
            List<Node> nodes,
            Variant.Mode mode,
            String path,
            Requirements.Result required,
            List<Boolean> outputGradients) {
        Map<UseNode, List<Step.Run>> runs = new HashMap<>();
        Set<Value> gradients = new HashSet<>();
        scope.losses().forEach(l -> gradients.add(l.value()));
        for (int i = 0; i < outputGradients.size(); i++) {
            if (outputGradients.get(i)) {
                gradients.add(scope.outputs().get(i).value());
            }
        }
        gradients.retainAll(required.values());
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node node = nodes.get(i);
            if (node instanceof UseNode use) {
                List<Step.Run> planned = runs(
                        use,
                        mode,
                        path,
                        Objects.requireNonNull(required.repetitions().get(use)),
                        gradients);
                runs.put(use, planned);
                for (int j = 0; j < use.inputs().size(); j++) {
                    if (makesGradient(use, planned, j)) {
                        gradients.add(use.inputs().get(j));
                    }
                }
            } else if (node.outputs().stream().anyMatch(gradients::contains)) {
                node.inputs().stream().filter(required.values()::contains).forEach(gradients::add);
            }
        }
        return runs;
    }

    /** A fed input's gradient leaves the first repetition; a constant one's is summed over all that make it. */
    private static boolean makesGradient(UseNode use, List<Step.Run> runs, int input) {
        boolean fed = use.feeds().stream().anyMatch(f -> f.isPresent() && f.getAsInt() == input);
        return (fed ? runs.subList(0, 1) : runs)
                .stream().anyMatch(r -> r.variant().inputGradients().get(input).isPresent());
    }

    private List<Step.Run> runs(
            UseNode use, Variant.Mode mode, String path, List<List<Boolean>> inputs, Set<Value> gradients) {
        boolean train = mode == Variant.Mode.TRAIN;
        int count = Math.toIntExact(use.count());
        Variant[] variants = new Variant[count];
        List<Optional<Value>> next = List.of();
        for (int i = count - 1; i >= 0; i--) {
            List<Boolean> outputs = new ArrayList<>();
            for (int k = 0; k < use.outputs().size(); k++) {
                outputs.add(train && hasGradient(use, k, i == count - 1, next, gradients));
            }
            List<Boolean> wanted =
                    train ? inputs.get(i) : Collections.nCopies(use.inputs().size(), false);
            variants[i] = block(use.scope(i), mode, path + Trainable.instance(use, i), wanted, outputs);
            next = variants[i].inputGradients();
        }
        return group(variants);
    }

    private static boolean hasGradient(
            UseNode use, int output, boolean last, List<Optional<Value>> next, Set<Value> gradients) {
        boolean outside = gradients.contains(use.outputs().get(output));
        OptionalInt feeds = use.feeds().get(output);
        if (feeds.isPresent()) {
            return last ? outside : next.get(feeds.getAsInt()).isPresent();
        }
        return outside && (last || use.scope().outputs().get(output).collect() != ScopeOutput.Collect.LAST);
    }

    private static List<Step.Run> group(Variant[] variants) {
        List<Step.Run> runs = new ArrayList<>();
        int from = 0;
        for (int i = 1; i <= variants.length; i++) {
            if (i == variants.length || variants[i] != variants[from]) {
                runs.add(new Step.Run(from, i, variants[from]));
                from = i;
            }
        }
        return runs;
    }

    private static void lowerBackward(UseNode use, List<Step.Run> runs, BackwardLowering backward) {
        List<Optional<Value>> given =
                use.outputs().stream().map(backward::gradient).toList();
        if (given.stream().allMatch(Optional::isEmpty)) {
            return;
        }
        List<Optional<Value>> made = new ArrayList<>();
        for (int j = 0; j < use.inputs().size(); j++) {
            made.add(
                    makesGradient(use, runs, j)
                            ? Optional.of(Value.of(
                                    "d." + use.inputs().get(j).name(),
                                    use.inputs().get(j).type()))
                            : Optional.empty());
        }
        backward.steps().add(new Step.BlockBackward(use, runs, given, made));
        for (int j = 0; j < made.size(); j++) {
            Value input = use.inputs().get(j);
            made.get(j).ifPresent(gradient -> backward.contribute(input, gradient));
        }
    }
}
