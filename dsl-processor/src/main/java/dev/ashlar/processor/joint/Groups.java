package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.Node;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.UseNode;

/** Which readers of a tensor have to want it alike: those that read it by the same rule, like the projections of an attention. */
public final class Groups {
    private Groups() {}

    /** The group in which a node reads one of its inputs. */
    public static String of(Node reader, int input) {
        if (reader instanceof OperatorNode operator) {
            return operator.operator().kind() + " " + operator.signature().rule() + " " + input;
        }
        return "use " + ((UseNode) reader).name() + " " + input;
    }
}
