package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.Node;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.UseNode;

/** Which readers of a tensor have to want it alike: those that read it by the same rule, like the projections of an attention. */
public final class Groups {
    private Groups() {}

    /**
     * The group in which a node reads one of its inputs.
     *
     * @param blocks how many blocks its scope uses before it: a copy does not pass them
     */
    public static String of(Node reader, int input, int blocks) {
        if (reader instanceof OperatorNode operator) {
            String behind = blocks == 0 ? "" : " behind " + blocks;
            return operator.operator().kind() + " " + operator.signature().rule() + " " + input + behind;
        }
        return "use " + ((UseNode) reader).name() + " " + input;
    }
}
