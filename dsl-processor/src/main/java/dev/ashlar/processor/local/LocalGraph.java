package dev.ashlar.processor.local;

import dev.ashlar.processor.device.NumberFormat;
import dev.ashlar.processor.graph.Autodiff;
import dev.ashlar.processor.graph.Graph;
import dev.ashlar.processor.graph.Node;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Scope;
import dev.ashlar.processor.graph.ScopeOutput;
import dev.ashlar.processor.graph.Trainable;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.graph.UpdateInBackward;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.shard.Collectives;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Makes the training graph that one device of a mesh runs: all tensors and parameters are its parts of them, and where a tensor is read
 * in another layout than it is made in, a copy stands before its first reader. Backward follows by automatic differentiation: the
 * gradient of a copy is added over its readers, brought to the layout that the tensor's maker wants, and then added to those of other
 * copies.
 */
public final class LocalGraph {
    private record Key(Scope scope, List<Chosen> chosen, List<Boundary> inputs, List<Boundary> outputs) {}

    private final Assignment assignment;
    private final Parts parts;
    private final Storages storages;
    private final Map<Key, Scope> made = new HashMap<>();

    private LocalGraph(Assignment assignment, Storages storages, Parts parts) {
        this.assignment = assignment;
        this.storages = storages;
        this.parts = parts;
    }

    /**
     * The graph of one device.
     *
     * @param graph of the whole model
     * @param assignment with strategies on the mesh of {@code collectives}
     * @param format that the plan computes in
     * @throws IllegalArgumentException if the layouts of the assignment do not go together; the message says which
     */
    public static TrainingGraph of(
            TrainingGraph graph, Assignment assignment, Collectives collectives, NumberFormat format) {
        TrainingGraph derived = Autodiff.derive(part(graph, assignment, collectives, format), graph.trainable())
                .with(graph.form())
                .updatingAtOnce(UpdateParts.most(graph, collectives.mesh()));
        return graph.form().updateInBackward() ? UpdateInBackward.of(derived) : derived;
    }

    /** The same for evaluation alone; it cannot be trained. */
    public static TrainingGraph ofEvaluation(
            TrainingGraph graph, Assignment assignment, Collectives collectives, NumberFormat format) {
        return Autodiff.evaluating(part(graph, assignment, collectives, format), graph.trainable())
                .with(graph.form());
    }

    private static Graph part(
            TrainingGraph graph, Assignment assignment, Collectives collectives, NumberFormat format) {
        Scope root = graph.graph().root();
        Storages storages = Storages.of(root, assignment, collectives.mesh());
        LocalGraph local = new LocalGraph(assignment, storages, new Parts(collectives, format));
        List<Boundary> inputs = root.inputs().stream()
                .map(i -> Boundary.of(assignment.input(i)))
                .toList();
        List<Boundary> outputs = root.outputs().stream()
                .map(o -> Boundary.of(assignment.output(o)))
                .toList();
        Scope part = local.scope(root, "", "", inputs, outputs);
        return graph.graph().with(part);
    }

    /** Path of one repetition: {@code "body[3]."}. */
    static String path(String outer, UseNode use, long repetition) {
        return outer + use.name() + (use.repeats().isPresent() ? "[" + repetition + "]." : ".");
    }

    /** @param owner what full names of the scope's parameters begin with */
    private Scope scope(Scope scope, String path, String owner, List<Boundary> inputs, List<Boundary> outputs) {
        List<Chosen> chosen = new ArrayList<>();
        for (Node node : scope.nodes()) {
            if (node instanceof OperatorNode operator) {
                chosen.add(new Chosen.Operator(assignment.strategy(path, operator), storage(operator, path, owner)));
            } else if (node instanceof UseNode use) {
                chosen.add(use(use, path, owner));
            } else {
                throw new IllegalArgumentException(scope.typeName() + " has been laid out over devices before");
            }
        }
        return made.computeIfAbsent(
                new Key(scope, chosen, inputs, outputs),
                k -> new ScopeParts(parts, assignment::group, scope, inputs, outputs, path.isEmpty()).build(chosen));
    }

    private List<ParameterStorage> storage(OperatorNode operator, String path, String owner) {
        List<ParameterStorage> all = new ArrayList<>();
        for (int i = 0; i < operator.parameters().size(); i++) {
            ParameterStorage lies = storages.of(owner, operator.parameters().get(i));
            ParameterStorage here = assignment.storage(path, operator, i);
            all.add(new ParameterStorage(lies.parameter(), lies.state(), here.keepGathered(), here.overlapped()));
        }
        return all;
    }

    private Chosen.Block use(UseNode use, String path, String owner) {
        List<Boundary> inputs = new ArrayList<>();
        for (int j = 0; j < use.inputs().size(); j++) {
            inputs.add(assignment.input(path, use, j));
        }
        List<Boundary> inner = new ArrayList<>();
        List<Boundary> outer = new ArrayList<>();
        for (int k = 0; k < use.outputs().size(); k++) {
            Boundary output = assignment.output(path, use, k);
            OptionalInt feeds = use.feeds().get(k);
            if (feeds.isPresent() && !inputs.get(feeds.getAsInt()).equals(output)) {
                throw new IllegalArgumentException(
                        path + use.name() + " is fed " + output + " where it takes " + inputs.get(feeds.getAsInt()));
            }
            inner.add(output);
            outer.add(isStacked(use, k) ? output.stacked() : output);
        }
        List<Scope> repetitions = new ArrayList<>();
        for (long i = 0; i < use.count(); i++) {
            repetitions.add(scope(use.scope(), path(path, use, i), owner + Trainable.instance(use, i), inputs, inner));
        }
        return new Chosen.Block(inputs, outer, repetitions);
    }

    private static boolean isStacked(UseNode use, int output) {
        return use.repeats().isPresent()
                && use.feeds().get(output).isEmpty()
                && use.scope().outputs().get(output).collect() == ScopeOutput.Collect.STACK;
    }
}
