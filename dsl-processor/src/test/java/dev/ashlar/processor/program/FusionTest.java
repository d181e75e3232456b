package dev.ashlar.processor.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Transfer;
import dev.ashlar.processor.op.Dim;
import dev.ashlar.processor.op.Element;
import dev.ashlar.processor.op.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class FusionTest {
    private static final TensorType TYPE = new TensorType(List.of(Dim.of(4)), Element.COMPUTE);
    private static final Slot DX = new Slot("dX", false, TYPE);
    private static final Slot DY = new Slot("dY", false, TYPE);
    private static final Slot OLD = new Slot("old", false, TYPE);

    private static final Transfer MOVED = new Transfer() {
        @Override
        public boolean inPlace() {
            return true;
        }

        @Override
        public boolean completes() {
            return false;
        }

        @Override
        public long workspaceBytes() {
            return 0;
        }

        @Override
        public long ticks() {
            return 0;
        }
    };

    private static Statement.Call call(String kernel, Slot read, Slot made) {
        @SuppressWarnings("NullAway") // no kernel's node is looked at
        OperatorNode none = null;
        return new Statement.Call(
                none, kernel, List.of(borrowed(read)), List.of(Optional.of(made)), List.of(Optional.empty()), false);
    }

    private static Statement.Collective collective(Slot source) {
        return new Statement.Collective(
                "up.weight", "", MOVED, new Slot("moved", false, TYPE), borrowed(source), false);
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

    private static final Slot SUM = new Slot("sum", false, TYPE);

    /** A product whose result is added to what another has made. */
    private static List<Statement> sum(Statement... between) {
        List<Statement> statements = new ArrayList<>();
        statements.add(call("linearInputGradient", OLD, SUM));
        statements.addAll(List.of(between));
        statements.add(new Statement.AddInPlace(SUM, DX));
        return statements;
    }

    @Test
    void aProductAddsToWhatItsResultIsAddedTo() {
        List<Statement> fused = Fusion.of(sum(call("linearInputGradient", DY, DX), new Statement.Free(List.of(DY))));
        Statement.Call kernel = (Statement.Call) fused.get(1);
        assertEquals("linearInputGradientAdd", kernel.kernel());
        assertEquals(List.of(borrowed(DY), borrowed(SUM)), kernel.operands());
        assertEquals(List.of(Optional.of(DX)), kernel.results());
        assertEquals(new Statement.Free(List.of(DX)), fused.get(3), "it is counted as long as before");
    }

    @Test
    void aNormsGradientAddsItselfToWhatIsThere() {
        List<Statement> fused = Fusion.of(sum(call("layerNormBackward", DY, DX), new Statement.Free(List.of(DY))));
        assertEquals("layerNormBackwardInto", ((Statement.Call) fused.get(1)).kernel());
        assertEquals(new Statement.Free(List.of(DX)), fused.get(3));
    }

    @Test
    void theSameOfRmsNorm() {
        Statement.Call taking = call("rmsNormBackward", OLD, DX);
        List<Operand> operands = List.of(borrowed(OLD), new Operand.Added(DY));
        List<Statement> next = RmsSums.of(List.of(taking, new Statement.AddInPlace(DX, DY)));
        assertEquals(operands, ((Statement.Call) next.get(0)).operands());
        assertEquals(new Statement.Free(List.of(DY)), next.get(1));
        List<Statement> own = RmsSums.of(sum(call("rmsNormBackward", DY, DX), new Statement.Free(List.of(DY))));
        assertEquals("rmsNormBackwardInto", ((Statement.Call) own.get(1)).kernel());
        assertEquals(List.of(borrowed(DY), new Operand.Added(SUM)), ((Statement.Call) own.get(1)).operands());
        assertEquals(new Statement.Free(List.of(DX)), own.get(3));
    }

    @Test
    void alsoWhereOtherGradientsAreReducedInBetween() {
        Slot weight = new Slot("dW", false, TYPE);
        Slot bucket = new Slot("dBucket", false, TYPE);
        List<Statement> fused = Fusion.of(sum(
                call("layerNormBackward", DY, DX),
                new Statement.Fill("ln.weight", bucket, 0, weight),
                new Statement.Start("ln.weight", "", List.of(MOVED), bucket, true, List.of("lnWeight")),
                collective(weight),
                new Statement.Await(1)));
        assertEquals("layerNormBackwardInto", ((Statement.Call) fused.get(1)).kernel());
    }

    @Test
    void notWhereTheSumSoFarIsReducedBefore() {
        for (Statement reduces : List.of(
                new Statement.Fill("up.weight", new Slot("dBucket", false, TYPE), 0, SUM),
                new Statement.Start("up.weight", "", List.of(MOVED), SUM, false, List.of("upWeight")),
                collective(SUM))) {
            List<Statement> statements = sum(call("linearInputGradient", DY, DX), reduces);
            assertEquals(statements, Fusion.of(statements));
        }
    }

    @Test
    void notWhereTheSumSoFarIsReadBefore() {
        List<Statement> statements = sum(
                call("linearInputGradient", DY, DX), call("linearWeightGradient", SUM, new Slot("dW", false, TYPE)));
        assertEquals(statements, Fusion.of(statements));
    }

    @Test
    void notWhereAViewOfTheSumSoFarIsReadBefore() {
        Statement.Call made = call("rearrange", SUM, DY);
        Statement.Call view = new Statement.Call(
                made.node(), made.kernel(), made.operands(), made.results(), List.of(Optional.of(SUM)), false);
        List<Statement> statements = sum(view, call("linearInputGradient", DY, DX));
        assertEquals(statements, Fusion.of(statements), "the product itself reads it");
    }

    @Test
    void notWhereTheSumSoFarIsGiven() {
        List<Statement> statements = List.of(call("linearInputGradient", DY, DX), new Statement.AddInPlace(SUM, DX));
        assertEquals(statements, Fusion.of(statements), "its views are not known");
    }

    @Test
    void otherKernelsStayAsTheyAre() {
        List<Statement> statements = List.of(call("geluBackward", OLD, DX), new Statement.AddInPlace(DX, DY));
        assertEquals(statements, Fusion.of(statements));
    }
}
