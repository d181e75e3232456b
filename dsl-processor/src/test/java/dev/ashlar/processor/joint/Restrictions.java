package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.local.ParameterStorage;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.Strategy;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/** Parts of a joint problem that other ways to plan look at: labels that are left, by variable of the problem. */
final class Restrictions {
    private final JointProblem joint;

    Restrictions(JointProblem joint) {
        this.joint = joint;
    }

    /** The strategies and the storage of an expert's plan; all else is free. */
    Map<Integer, BitSet> of(ExpertPlan plan) {
        Map<Integer, BitSet> allowed = new TreeMap<>();
        for (int b = 0; b < joint.pieces().size(); b++) {
            Choices choices = joint.templates().get(b).choices();
            for (OperatorNode node : choices.operators()) {
                OperatorMenu menu = choices.menu(node);
                List<Strategy> strategies = menu.strategies();
                allow(b, choices.variable(node), l -> plan.permits(node, strategies.get(l)), allowed);
                IntPredicate stored = label -> {
                    for (int s = 0; s < strategies.size(); s++) {
                        if (plan.permits(node, strategies.get(s))
                                && label < menu.stored().get(s).size()) {
                            return isStored(
                                    plan, node, strategies.get(s), menu.stored().get(s), label);
                        }
                    }
                    return false;
                };
                allow(b, choices.storage(node), stored, allowed);
            }
        }
        return allowed;
    }

    /** Cut as far as it goes, or as it is used; of equals any. */
    private static boolean isStored(
            ExpertPlan plan, OperatorNode node, Strategy strategy, List<Stored> menu, int label) {
        int most = menu.stream().mapToInt(s -> cuts(node, strategy, s)).max().orElse(0);
        int least = menu.stream().mapToInt(s -> cuts(node, strategy, s)).min().orElse(0);
        return cuts(node, strategy, menu.get(label)) == (plan.cutsParameters() ? most : least);
    }

    /** How many mesh axes cut parameters, gradients and states beyond their use; gathered again counts more than kept. */
    private static int cuts(OperatorNode node, Strategy strategy, Stored stored) {
        int cuts = 0;
        for (int i = 0; i < node.parameters().size(); i++) {
            Layout use = strategy.operands().get(node.inputs().size() + i);
            ParameterStorage storage = stored.storage().get(i);
            for (int axis = 0; axis < use.placements().size(); axis++) {
                cuts += storage.parameter().on(axis).equals(use.on(axis)) ? 0 : storage.keepGathered() ? 3 : 4;
                cuts += storage.state().on(axis).equals(use.on(axis)) ? 0 : 1;
            }
        }
        return cuts;
    }

    private void allow(int piece, Variable variable, IntPredicate permits, Map<Integer, BitSet> allowed) {
        if (variable.labels() == 1) {
            return;
        }
        BitSet labels = new BitSet();
        for (int label = 0; label < variable.labels(); label++) {
            labels.set(label, permits.test(label));
        }
        int number =
                joint.problem().variable(piece, joint.templates().get(piece).node(variable));
        allowed.merge(number, labels, (a, b) -> {
            a.and(b);
            return a;
        });
    }
}
