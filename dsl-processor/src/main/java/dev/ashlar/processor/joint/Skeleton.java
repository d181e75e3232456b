package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.Autodiff;
import dev.ashlar.processor.graph.CopyNode;
import dev.ashlar.processor.graph.Hop;
import dev.ashlar.processor.graph.Node;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Part;
import dev.ashlar.processor.graph.Scope;
import dev.ashlar.processor.graph.ScopeLoss;
import dev.ashlar.processor.graph.ScopeOutput;
import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.graph.StoredParameter;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.graph.UpdateInBackward;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The unsharded training graph with a marked copy wherever a tensor may be laid out anew. */
final class Skeleton {
    private final Map<Scope, Scope> scopes = new HashMap<>();
    private final Map<OperatorNode, OperatorNode> operators = new HashMap<>();
    private final Map<UseNode, UseNode> uses = new HashMap<>();
    /** How many blocks its scope uses before a node. */
    private final Map<Node, Integer> blocks = new HashMap<>();

    private final Map<Copy, List<Reader>> readers = new LinkedHashMap<>();
    private final TrainingGraph graph;

    /** Who reads a copy. */
    sealed interface Reader {
        /** An operator of the skeleton. */
        record OfOperator(OperatorNode node, int input) implements Reader {}

        /** A block, by its node in the whole graph. */
        record OfUse(UseNode use, int input) implements Reader {}

        /** The block's end. */
        record OfOutput(int output) implements Reader {}

        /** The model's end. */
        record OfLoss() implements Reader {}
    }

    private record Wanted(Value tensor, String group) {}

    Skeleton(TrainingGraph whole) {
        TrainingGraph derived = Autodiff.derive(
                        whole.graph().with(scope(whole.graph().root())), whole.trainable())
                .with(whole.form());
        graph = whole.form().updateInBackward() ? UpdateInBackward.of(derived) : derived;
    }

    TrainingGraph graph() {
        return graph;
    }

    /** The operator of the whole graph that one of the skeleton stands for. */
    OperatorNode whole(OperatorNode node) {
        return Objects.requireNonNull(operators.get(node));
    }

    /** The block of the whole graph that one of the skeleton stands for. */
    UseNode whole(UseNode use) {
        return Objects.requireNonNull(uses.get(use));
    }

    /** The group in which a node of the whole graph reads one of its inputs. */
    String group(Node whole, int input) {
        return Groups.of(whole, input, Objects.requireNonNull(blocks.get(whole)));
    }

    List<Reader> readers(Copy copy) {
        return Objects.requireNonNull(readers.get(copy));
    }

    private Scope scope(Scope whole) {
        Scope known = scopes.get(whole);
        if (known == null) {
            known = new Builder().build(whole);
            scopes.put(whole, known);
        }
        return known;
    }

    private final class Builder {
        private final Map<Wanted, CopyNode> copies = new HashMap<>();
        private final Map<CopyNode, Copy> marked = new HashMap<>();
        private final List<Node> nodes = new ArrayList<>();

        Scope build(Scope whole) {
            int before = 0;
            for (Node node : whole.nodes()) {
                blocks.put(node, before);
                before += node instanceof UseNode ? 1 : 0;
                if (node instanceof OperatorNode operator) {
                    add(operator);
                } else if (node instanceof UseNode use) {
                    add(use);
                }
            }
            List<ScopeOutput> outputs = new ArrayList<>();
            for (int k = 0; k < whole.outputs().size(); k++) {
                ScopeOutput output = whole.outputs().get(k);
                CopyNode copy = copy(
                        output.value(), "output " + k, "output", whole.nodes().get(0));
                readers(copy).add(new Reader.OfOutput(k));
                outputs.add(new ScopeOutput(output.name(), copy.copy(), output.feeds(), output.collect()));
            }
            List<ScopeLoss> losses = new ArrayList<>();
            for (ScopeLoss loss : whole.losses()) {
                CopyNode copy = copy(
                        loss.value(),
                        "loss " + loss.name(),
                        "loss",
                        whole.nodes().get(0));
                readers(copy).add(new Reader.OfLoss());
                losses.add(new ScopeLoss(loss.name(), copy.copy(), loss.weight()));
            }
            return new Scope(whole.typeName(), whole.inputs(), nodes, whole.parameters(), outputs, losses);
        }

        private List<Reader> readers(CopyNode node) {
            return readers.computeIfAbsent(Objects.requireNonNull(marked.get(node)), c -> new ArrayList<>());
        }

        private void add(OperatorNode whole) {
            List<CopyNode> read = new ArrayList<>();
            for (int i = 0; i < whole.inputs().size(); i++) {
                read.add(copy(whole.inputs().get(i), group(whole, i), whole.name(), whole));
            }
            List<StoredParameter> stored = new ArrayList<>();
            for (int i = 0; i < whole.parameters().size(); i++) {
                stored.add(stored(whole, i));
            }
            OperatorNode node = new OperatorNode(
                    whole.name(),
                    whole.operator(),
                    whole.attributes(),
                    whole.signature(),
                    read.stream().map(CopyNode::copy).toList(),
                    whole.parameters(),
                    whole.outputs(),
                    whole.source(),
                    Optional.of(new Part(0, Map.of(), List.of(), List.of(), List.of(), stored)));
            for (int i = 0; i < read.size(); i++) {
                readers(read.get(i)).add(new Reader.OfOperator(node, i));
            }
            operators.put(node, whole);
            nodes.add(node);
        }

        /** A buffer always lies as it is used. */
        private StoredParameter stored(OperatorNode whole, int index) {
            ScopeParameter parameter = whole.parameters().get(index);
            if (parameter.declaration().buffer()) {
                return new StoredParameter(parameter, List.of(), List.of(), false, false);
            }
            Hop gather = new Hop(new Marker.OfGather(whole, index, false), "", parameter.type());
            Hop gradient = new Hop(new Marker.OfParameter(whole, index), "", parameter.type());
            return new StoredParameter(parameter, List.of(gather), List.of(gradient), false, false);
        }

        private void add(UseNode whole) {
            List<CopyNode> read = new ArrayList<>();
            for (int j = 0; j < whole.inputs().size(); j++) {
                read.add(copy(whole.inputs().get(j), group(whole, j), whole.name(), whole));
            }
            UseNode node = new UseNode(
                    whole.name(),
                    scope(whole.scope()),
                    whole.repeats(),
                    whole.shared(),
                    whole.tiedTo(),
                    read.stream().map(CopyNode::copy).toList(),
                    whole.outputs(),
                    whole.feeds(),
                    whole.source());
            for (int j = 0; j < read.size(); j++) {
                readers(read.get(j)).add(new Reader.OfUse(whole, j));
            }
            uses.put(node, whole);
            nodes.add(node);
        }

        private CopyNode copy(Value tensor, String group, String reader, Node place) {
            return copies.computeIfAbsent(new Wanted(tensor, group), w -> {
                Copy copy = new Copy(tensor, group);
                CopyNode node = new CopyNode(
                        tensor.name() + " -> " + reader,
                        tensor,
                        Value.of(tensor.name(), tensor.type()),
                        List.of(new Hop(new Marker.OfCopy(copy, false), group, tensor.type())),
                        List.of(new Hop(new Marker.OfCopy(copy, true), group, tensor.type())),
                        group,
                        place.source());
                marked.put(node, copy);
                nodes.add(node);
                return node;
            });
        }
    }
}
