package dev.ashlar.processor.local;

import dev.ashlar.processor.graph.Node;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.ScopeInput;
import dev.ashlar.processor.graph.ScopeOutput;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.Strategy;

/**
 * What was chosen for every operator of a model. A path is that of a repetition, {@code "body[3]."}, or empty for the model itself.
 * Operators that share a buffer have to use it in one layout, which is no partial sum.
 */
public interface Assignment {
    /** The strategy of an operator in one repetition. */
    Strategy strategy(String path, OperatorNode node);

    /**
     * The group in which a node reads one of its inputs: readers of one tensor share a copy of it, and the sum of their gradients, if
     * they want it alike and are of one group. Of group {@code ""} are those of a plan without groups: they share nothing but copies
     * that are needed.
     */
    default String group(Node reader, int input) {
        return "";
    }

    /**
     * How a parameter of an operator is stored. Where several operators, repetitions or uses of a block share a parameter, only the first
     * of them in the order of the model is asked for layouts, and each whether it keeps what it gathers. A buffer lies as it is used.
     *
     * @param parameter index among the operator's parameters
     */
    default ParameterStorage storage(String path, OperatorNode node, int parameter) {
        return ParameterStorage.asUsed(
                strategy(path, node).operands().get(node.inputs().size() + parameter));
    }

    /** The layout in which an input of the model arrives, at no cost. */
    Layout input(ScopeInput input);

    /** The layout in which an output of the model is left. */
    Layout output(ScopeOutput output);

    /**
     * How an input passes into a block, the same in all repetitions.
     *
     * @param path of what uses the block
     * @param index of the input
     */
    Boundary input(String path, UseNode use, int index);

    /**
     * How an output passes out of a block, the same in all repetitions; one that feeds an input passes as that does.
     *
     * @param path of what uses the block
     * @param index of the output
     */
    Boundary output(String path, UseNode use, int index);
}
