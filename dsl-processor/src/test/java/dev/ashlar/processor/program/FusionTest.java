package dev.ashlar.processor.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.op.Dim;
import dev.ashlar.processor.op.Element;
import dev.ashlar.processor.op.TensorType;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class FusionTest {
    private static final TensorType TYPE = new TensorType(List.of(Dim.of(4)), Element.COMPUTE);
    private static final Slot DX = new Slot("dX", false, TYPE);
    private static final Slot DY = new Slot("dY", false, TYPE);
    private static final Slot OLD = new Slot("old", false, TYPE);

    private static Statement.Call call(String kernel, Slot read, Slot made) {
        @SuppressWarnings("NullAway") // no kernel's node is looked at
        OperatorNode none = null;
        return new Statement.Call(
                none, kernel, List.of(borrowed(read)), List.of(Optional.of(made)), List.of(Optional.empty()), false);
    }

    private static Operand.Tensor borrowed(Slot slot) {
        return new Operand.Tensor(slot, Operand.Access.BORROW);
    }

    @Test
    void aNormsGradientTakesInWhatIsAddedNext() {
        List<Statement> fused = Fusion.of(List.of(
                call("layerNormBackward", OLD, DX),
                new Statement.Free(List.of(OLD)),
                new Statement.AddInPlace(DX, DY)));
        Statement.Call kernel = (Statement.Call) fused.get(0);
        assertEquals("layerNormBackwardAdd", kernel.kernel());
        assertEquals(List.of(borrowed(OLD), borrowed(DY)), kernel.operands());
        assertEquals(new Statement.Free(List.of(OLD)), fused.get(1));
        assertEquals(new Statement.Free(List.of(DY)), fused.get(2), "the addend lives as long as before");
    }

    @Test
    void notWhereEitherIsReadBefore() {
        for (Slot read : List.of(DX, DY)) {
            List<Statement> statements = List.of(
                    call("layerNormBackward", OLD, DX),
                    call("linearWeightGradient", read, new Slot("dW", false, TYPE)),
                    new Statement.AddInPlace(DX, DY));
            assertEquals(statements, Fusion.of(statements));
        }
    }

    @Test
    void notWhereTheAddendIsMadeLater() {
        List<Statement> statements =
                List.of(call("layerNormBackward", OLD, DX), call("gelu", OLD, DY), new Statement.AddInPlace(DX, DY));
        assertEquals(statements, Fusion.of(statements));
    }

    @Test
    void otherKernelsStayAsTheyAre() {
        List<Statement> statements = List.of(call("geluBackward", OLD, DX), new Statement.AddInPlace(DX, DY));
        assertEquals(statements, Fusion.of(statements));
    }
}
