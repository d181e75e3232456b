package dev.ashlar.processor.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.op.Dim;
import dev.ashlar.processor.op.Element;
import dev.ashlar.processor.op.TensorType;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class DestinationsTest {
    private static final TensorType TYPE = new TensorType(List.of(Dim.of(4)), Element.COMPUTE);
    private static final Slot DY = new Slot("dY", false, TYPE);
    private static final Slot WEIGHT = new Slot("dWeight", false, TYPE);
    private static final Slot BUCKET = new Slot("dBucket", false, TYPE);
    private static final Statement MADE = new Statement.Bucket("up", BUCKET);
    private static final Statement FILL = new Statement.Fill("up.weight", BUCKET, 12, WEIGHT);

    private static Statement.Call call(String kernel, Slot made, Operand... operands) {
        @SuppressWarnings("NullAway") // no kernel's node is looked at
        OperatorNode none = null;
        return new Statement.Call(
                none, kernel, List.of(operands), List.of(Optional.of(made)), List.of(Optional.empty()), false);
    }

    private static Operand borrowed(Slot slot) {
        return new Operand.Tensor(slot, Operand.Access.BORROW);
    }

    @Test
    void aGradientIsMadeWhereItIsReduced() {
        Statement.Call gradient = call("linearWeightGradient", WEIGHT, borrowed(DY));
        Statement free = new Statement.Free(List.of(DY));
        assertEquals(
                List.of(
                        MADE,
                        call("linearWeightGradient", WEIGHT, borrowed(DY), new Operand.Place(BUCKET, 12)),
                        free,
                        FILL),
                new Destinations().of(List.of(MADE, gradient, free, FILL)),
                "it is filled as before, for devices that make it elsewhere");
    }

    @Test
    void alsoInABucketOfAnEarlierPart() {
        Destinations destinations = new Destinations();
        assertEquals(List.of(MADE), destinations.of(List.of(MADE)));
        assertEquals(
                List.of(call("linearBiasGradient", WEIGHT, new Operand.Place(BUCKET, 12)), FILL),
                destinations.of(List.of(call("linearBiasGradient", WEIGHT), FILL)));
    }

    @Test
    void notWhereTheBucketIsMadeLater() {
        List<Statement> statements = List.of(call("linearWeightGradient", WEIGHT), MADE, FILL);
        assertEquals(statements, new Destinations().of(statements));
    }

    @Test
    void notWhereSomethingIsAddedBefore() {
        List<Statement> statements =
                List.of(MADE, call("linearWeightGradient", WEIGHT), new Statement.AddInPlace(WEIGHT, DY), FILL);
        assertEquals(statements, new Destinations().of(statements));
    }

    @Test
    void notForKernelsThatMakeTheirResultThemselves() {
        List<Statement> statements = List.of(MADE, call("embeddingWeightGradient", WEIGHT), FILL);
        assertEquals(statements, new Destinations().of(statements));
    }
}
