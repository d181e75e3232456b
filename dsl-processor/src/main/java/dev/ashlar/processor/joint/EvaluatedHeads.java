package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.shard.Strategy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Finds heads that only an evaluation runs, and what they take. */
final class EvaluatedHeads {
    private final ProblemBuilder builder;
    private final Routes routes;
    private final FactFinder finder;

    EvaluatedHeads(ProblemBuilder builder, Routes routes, FactFinder finder) {
        this.builder = builder;
        this.routes = routes;
        this.finder = finder;
    }

    /** The operator of training that has the first input and the parameters of one that only evaluation runs. */
    static Optional<OperatorNode> sharing(Choices choices, OperatorNode evaluated) {
        return evaluated.parameters().isEmpty()
                ? Optional.empty()
                : choices.operators().stream()
                        .map(n -> choices.menu(n).whole())
                        .filter(w -> w.parameters().equals(evaluated.parameters())
                                && w.inputs().get(0) == evaluated.inputs().get(0))
                        .findFirst();
    }

    /**
     * What the head needs that needs most where it needs least; of others no more is known than when a plan is there.
     *
     * @param choices of all pieces, in order
     * @param ofModel numbers of those that are in no block
     */
    OutsideTraining outsideTraining(TrainingGraph whole, List<Choices> choices, List<Integer> ofModel) {
        OutsideTraining most = OutsideTraining.always(0);
        for (OperatorNode node : evaluated(whole)) {
            for (int piece : ofModel) {
                Choices own = choices.get(piece);
                Optional<OutsideTraining> found = own.hasWhole(node)
                        ? Optional.empty()
                        : sharing(own, node).map(trained -> of(piece, own, own.ofWhole(trained), node));
                if (found.isPresent()
                        && found.get().levels().get(0) > most.levels().get(0)) {
                    most = found.get();
                }
            }
        }
        return most;
    }

    private static List<OperatorNode> evaluated(TrainingGraph whole) {
        return whole.outputs().forward().stream()
                .filter(Step.Kernel.class::isInstance)
                .map(s -> ((Step.Kernel) s).node())
                .distinct()
                .toList();
    }

    private OutsideTraining of(int piece, Choices choices, OperatorNode trained, OperatorNode head) {
        OperatorMenu menu = choices.menu(trained);
        List<List<Long>> bytes = new ArrayList<>();
        for (int s = 0; s < menu.strategies().size(); s++) {
            Strategy strategy = builder.alike(
                            head, menu.whole(), menu.strategies().get(s))
                    .orElseGet(() -> builder.everywhere(head));
            long always = routes.bytes(
                            head.inputs().get(0).type(), strategy.operands().get(0))
                    + finder.of(head, strategy, OperatorUse.OF_EVALUATION)
                            .forward()
                            .peakBytes();
            bytes.add(menu.stored().get(s).stream()
                    .map(stored -> always + gatheredBytes(head, strategy, stored))
                    .toList());
        }
        return OutsideTraining.of(piece, trained, bytes);
    }

    private long gatheredBytes(OperatorNode head, Strategy strategy, Stored stored) {
        return IntStream.range(0, head.parameters().size())
                .filter(p -> stored.gathers().get(p).moved())
                .mapToLong(p -> routes.bytes(
                        head.parameters().get(p).type(),
                        strategy.operands().get(head.inputs().size() + p)))
                .sum();
    }
}
