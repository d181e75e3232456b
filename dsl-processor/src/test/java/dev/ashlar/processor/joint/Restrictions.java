package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.local.ParameterStorage;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.Strategy;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/** Parts of a joint problem that other ways to plan look at: labels that are left, by variable of the problem. */
final class Restrictions {
    private final JointProblem joint;

    Restrictions(JointProblem joint) {
        this.joint = joint;
    }

    /** Backward finds all that it reads. */
    Map<Integer, BitSet> nothingAgain() {
        Map<Integer, BitSet> allowed = new TreeMap<>();
        for (int b = 0; b < joint.pieces().size(); b++) {
            notAgain(b, allowed);
        }
        return allowed;
    }

    private void notAgain(int piece, Map<Integer, BitSet> allowed) {
        Fates fates = joint.templates().get(piece).fates();
        for (Unit unit : fates.units().all()) {
            List<Fate> all = fates.of(unit);
            allow(piece, fates.variable(unit), l -> !all.get(l).isAgain(), allowed);
        }
    }

    /**
     * The first repetitions of blocks keep what comes in and nothing else, all else keeps all.
     *
     * @param share how many of all repetitions, from 0 to 1
     */
    Map<Integer, BitSet> wholeBlocksAgain(double share) {
        Map<Integer, BitSet> allowed = new TreeMap<>();
        long blocks = joint.pieces().stream().filter(p -> !p.path().isEmpty()).count();
        long seen = 0;
        for (int b = 0; b < joint.pieces().size(); b++) {
            boolean again = !joint.pieces().get(b).path().isEmpty() && seen++ < Math.round(share * blocks);
            if (!again) {
                notAgain(b, allowed);
                continue;
            }
            Fates fates = joint.templates().get(b).fates();
            for (Unit unit : fates.units().all()) {
                List<Fate> all = fates.of(unit);
                if (all.stream().anyMatch(Fate::isAgain)) {
                    allow(b, fates.variable(unit), l -> all.get(l).mode() != Fate.Mode.KEPT, allowed);
                }
            }
        }
        return allowed;
    }

    /** How everything lies is as in a labelling; what is made again is free. */
    Map<Integer, BitSet> layoutsOf(List<Integer> labels) {
        Map<Integer, BitSet> allowed = new TreeMap<>();
        for (int b = 0; b < joint.pieces().size(); b++) {
            Choices choices = joint.templates().get(b).choices();
            Set<Variable> deciding = new LinkedHashSet<>();
            for (OperatorNode node : choices.operators()) {
                deciding.add(choices.variable(node));
                deciding.add(choices.storage(node));
            }
            choices.copies().forEach(c -> deciding.add(choices.wanted(c).variable()));
            for (Variable variable : deciding) {
                int piece = b;
                allow(b, variable, l -> l == joint.label(piece, variable, labels), allowed);
            }
        }
        return allowed;
    }

    /** The strategies and the storage of an expert's plan; what is made again is free. */
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
