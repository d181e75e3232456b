package dev.ashlar.processor.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.op.Dim;
import dev.ashlar.processor.op.Element;
import dev.ashlar.processor.op.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class NormedSumsTest {
    private static final TensorType TYPE = new TensorType(List.of(Dim.of(4)), Element.COMPUTE);
    private static final Slot X = slot("x", true);
    private static final Slot OUT = slot("out", false);
    private static final Slot MID = slot("mid", true);
    private static final Slot NORM = slot("norm", true);
    private static final Slot OTHER = slot("other", false);

    private static Slot slot(String name, boolean field) {
        return new Slot(name, field, TYPE);
    }

    private static Statement.Call call(String kernel, Slot made, Operand... operands) {
        @SuppressWarnings("NullAway") // no kernel's node is looked at
        OperatorNode none = null;
        return new Statement.Call(
                none, kernel, List.of(operands), List.of(Optional.of(made)), List.of(Optional.empty()), false);
    }

    private static Operand of(Slot slot) {
        return new Operand.Tensor(slot, Operand.Access.BORROW);
    }

    /** A block's end of an attention, with statements between its parts. */
    private static List<Statement> residual(List<Statement> before, List<Statement> between) {
        List<Statement> statements = new ArrayList<>(before);
        statements.add(call("add", MID, of(X), of(OUT)));
        statements.add(new Statement.Free(List.of(OUT)));
        statements.addAll(between);
        statements.add(call("layerNorm", NORM, of(MID)));
        return statements;
    }

    private static final Statement MAKES = call("linear", OUT, of(X));

    @Test
    void theNormAddsInTheMemoryOfTheAddendThatGoes() {
        List<Statement> deferred = NormedSums.of(residual(List.of(MAKES), List.of(call("linear", OTHER, of(X)))));
        assertEquals(call("addLater", MID, of(OUT)), deferred.get(1));
        assertEquals(new Statement.Free(List.of(OUT)), deferred.get(2));
        assertEquals(call("layerNorm", NORM, of(MID), new Operand.Added(X)), deferred.get(4));
    }

    @Test
    void notWhereTheSumIsReadBefore() {
        List<Statement> statements = residual(List.of(MAKES), List.of(call("linear", OTHER, of(MID))));
        assertEquals(statements, NormedSums.of(statements));
    }

    @Test
    void notWhereTheOtherAddendGoesOrChanges() {
        for (Statement statement : List.of(
                new Statement.Free(List.of(X)), new Statement.AddInPlace(X, OTHER), call("gelu", X, of(OTHER)))) {
            List<Statement> statements = residual(List.of(MAKES), List.of(statement));
            assertEquals(statements, NormedSums.of(statements));
        }
    }

    @Test
    void notWhereTheAddendIsReadAgainOrMadeElsewhere() {
        List<Statement> read = residual(List.of(MAKES), List.of());
        read.remove(2);
        read.add(call("linear", OTHER, of(OUT)));
        read.add(new Statement.Free(List.of(OUT)));
        assertEquals(read, NormedSums.of(read));
        List<Statement> elsewhere = residual(List.of(), List.of());
        assertEquals(elsewhere, NormedSums.of(elsewhere));
    }

    @Test
    void notWhereAViewOfTheAddendLivesOn() {
        Statement.Call made = call("rearrange", OTHER, of(OUT));
        Statement view = new Statement.Call(
                made.node(), made.kernel(), made.operands(), made.results(), List.of(Optional.of(OUT)), false);
        List<Statement> statements = residual(List.of(MAKES, view), List.of());
        assertEquals(statements, NormedSums.of(statements));
    }

    /** In whole models, on accelerators alone: the memory is what it was. */
    @Test
    void memoryIsWhatItWas() {
        for (TrainingGraph graph :
                List.of(SampleModels.gpt(2).graph(), SampleModels.llama(2).graph())) {
            Program apart = ProgramBuilder.build(graph);
            Program deferred = ProgramBuilder.build(graph.with(graph.form().onAccelerator()));
            assertTrue(ProgramText.of(deferred).contains("addLater"), ProgramText.of(deferred));
            assertEquals(ProgramText.of(apart).contains("addLater"), false);
            assertEquals(Timeline.of(apart).points(), Timeline.of(deferred).points());
        }
    }
}
