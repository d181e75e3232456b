package dev.ashlar.processor.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.PointwiseFusion;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.op.Dim;
import dev.ashlar.processor.op.Element;
import dev.ashlar.processor.op.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class BiasSumsTest {
    private static final TensorType TYPE = new TensorType(List.of(Dim.of(4)), Element.COMPUTE);
    private static final Slot DY = new Slot("dY", false, TYPE);
    private static final Slot DX = new Slot("dX", false, TYPE);
    private static final Slot OTHER = new Slot("other", false, TYPE);

    private static Statement.Call call(String kernel, Slot made, Operand... operands) {
        @SuppressWarnings("NullAway") // no kernel's node is looked at
        OperatorNode none = null;
        return new Statement.Call(
                none, kernel, List.of(operands), List.of(Optional.of(made)), List.of(Optional.empty()), false);
    }

    private static Operand of(Slot slot) {
        return new Operand.Tensor(slot, Operand.Access.BORROW);
    }

    private static Statement.Call gelu(String text) {
        return call("pointwise", DX, new Operand.Literal(text), of(DY));
    }

    private static List<Statement> behindGelu(Statement... statements) {
        List<Statement> all = new ArrayList<>(List.of(gelu("y0 = relu(x0);")));
        all.addAll(List.of(statements));
        return all;
    }

    @Test
    void aBiasCollectsWhatTheKernelHasSummed() {
        Statement.Call input = call("linearInputGradient", OTHER, of(DX), of(DY));
        List<Statement> summing = BiasSums.of(
                behindGelu(input, new Statement.Free(List.of(DY)), call("linearBiasGradient", OTHER, of(DX))));
        assertEquals(gelu("y0 = relu(x0);\nsum(y0);"), summing.get(0));
        assertEquals(input, summing.get(1));
    }

    @Test
    void notWhereItChangesBeforeOrAnotherMaySum() {
        Statement.Call bias = call("linearBiasGradient", OTHER, of(DX));
        for (Statement between : List.of(
                new Statement.AddInPlace(DX, OTHER),
                call("linearInputGradientAdd", OTHER, of(DY), of(OTHER), of(DX)),
                call("pointwise", OTHER, new Operand.Literal("y0 = relu(x0);"), of(DY)),
                call("rearrange", OTHER, of(DX)))) {
            List<Statement> statements = behindGelu(between, bias);
            assertEquals(statements, BiasSums.of(statements));
        }
        List<Statement> alone = behindGelu(call("linearBiasGradient", OTHER, of(DY)));
        assertEquals(alone, BiasSums.of(alone));
    }

    /** In a whole model: the memory is what it was. */
    @Test
    void memoryIsWhatItWas() {
        ModelSpecs model = ModelSpecs.model("Net", "batch=4 d=8", """
                @Input(shape = "batch d") x()
                @Input(shape = "batch d") targets()
                @Linear(out = "4*d") up(x)
                @Gelu act(up)
                @Linear(out = "d") y(act)
                @Loss @MeanSquaredError loss(x=y, targets)
                """);
        Program apart = model.program();
        TrainingGraph fused = PointwiseFusion.of(model.graph(), name -> false);
        Program summing = ProgramBuilder.build(fused.with(fused.form().onAccelerator()));
        assertEquals(
                List.of("y0 = geluTanhGradient(x0, x1);\nsum(y0);"),
                summing.backward().orElseThrow().parts().get(0).stream()
                        .filter(Statement.Call.class::isInstance)
                        .map(s -> (Statement.Call) s)
                        .filter(c -> c.kernel().startsWith("pointwise"))
                        .map(c -> ((Operand.Literal) c.operands().get(0)).value())
                        .toList());
        assertEquals(
                Timeline.of(apart).points().stream().map(MemoryPoint::bytes).toList(),
                Timeline.of(summing).points().stream().map(MemoryPoint::bytes).toList());
    }
}
