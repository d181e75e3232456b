package dev.ashlar.processor.graph;

import dev.ashlar.processor.op.LinearCrossEntropyOperator;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Puts one operator in the place of a linear head and the cross-entropy of its logits, where training reads the logits for nothing else.
 * The head stays for the outputs of an evaluation.
 */
public final class FusedLoss {
    private FusedLoss() {}

    /**
     * A head and the loss that reads it.
     *
     * @param head a linear operator
     * @param loss a cross-entropy
     */
    public record Pair(OperatorNode head, OperatorNode loss) {
        /** Number of targets. */
        public long tokens() {
            return loss.inputs().get(1).type().elements();
        }
    }

    /** What can be made one; all gradients of the head are made, since the kernel makes all. */
    public static List<Pair> pairs(TrainingGraph graph) {
        Scope root = graph.graph().root();
        Map<OperatorNode, Set<String>> gradients = new IdentityHashMap<>();
        for (Step step : graph.train().backward()) {
            if (step instanceof Step.Kernel kernel) {
                gradients.computeIfAbsent(kernel.node(), n -> new HashSet<>()).add(kernel.kernel());
            }
        }
        List<Pair> pairs = new ArrayList<>();
        for (Node node : root.nodes()) {
            if (node instanceof OperatorNode loss && loss.operator().kind().equals("cross_entropy")) {
                head(root, loss)
                        .filter(h -> isReadByLossAlone(graph, h.outputs().get(0)))
                        .filter(h -> gradients.getOrDefault(h, Set.of()).size()
                                == 1 + h.parameters().size())
                        .ifPresent(h -> pairs.add(new Pair(h, loss)));
            }
        }
        return pairs;
    }

    private static Optional<OperatorNode> head(Scope root, OperatorNode loss) {
        return root.nodes().stream()
                .filter(n -> n.outputs().contains(loss.inputs().get(0)))
                .filter(OperatorNode.class::isInstance)
                .map(OperatorNode.class::cast)
                .filter(n -> n.operator().kind().equals("linear") && n.part().isEmpty())
                .findFirst();
    }

    private static boolean isReadByLossAlone(TrainingGraph graph, Value logits) {
        Set<Node> readers = new HashSet<>();
        for (Step step : graph.train().forward()) {
            if (step instanceof Step.Kernel kernel) {
                readers.add(kernel.node());
            } else if (step instanceof Step.BlockForward block) {
                readers.add(block.node());
            }
        }
        return readers.stream().filter(n -> n.inputs().contains(logits)).count() == 1;
    }

    /**
     * The graph with all pairs made one.
     *
     * @param graph a plain one
     * @param chunks of the tokens of each loss
     * @param onePass whether logits become gradients in one pass over them
     */
    public static TrainingGraph of(TrainingGraph graph, int chunks, boolean onePass) {
        Scope root = graph.graph().root();
        Map<Node, Node> fused = new IdentityHashMap<>();
        pairs(graph).forEach(p -> fused.put(p.loss(), fused(p, chunks, onePass)));
        Scope changed = new Scope(
                root.typeName(),
                root.inputs(),
                root.nodes().stream().map(n -> fused.getOrDefault(n, n)).toList(),
                root.parameters(),
                root.outputs(),
                root.losses());
        TrainingGraph derived = Autodiff.derive(graph.graph().with(changed), graph.trainable());
        return derived.with(graph.form().withLossChunks(chunks));
    }

    private static OperatorNode fused(Pair pair, int chunks, boolean onePass) {
        OperatorNode head = pair.head();
        OperatorNode loss = pair.loss();
        LinearCrossEntropyOperator operator = new LinearCrossEntropyOperator(
                chunks,
                head.parameters().size() > 1,
                Objects.requireNonNull(head.signature().sizes().get("n")),
                onePass);
        return new OperatorNode(
                loss.name(),
                operator,
                loss.attributes(),
                operator.signature(loss.attributes(), 2),
                List.of(head.inputs().get(0), loss.inputs().get(1)),
                head.parameters(),
                loss.outputs(),
                loss.source());
    }
}
