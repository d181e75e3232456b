package dev.ashlar.processor.program;

import java.util.ArrayList;
import java.util.List;

/** As {@link Fusion}, of the gradients of RMS norm, for which accelerators alone have kernels that add. */
final class RmsSums {
    private static final String GRADIENT = "rmsNormBackward";

    private RmsSums() {}

    /** The same statements, some of them as one. */
    static List<Statement> of(List<Statement> statements) {
        List<Statement> fused = new ArrayList<>(statements);
        for (int i = 0; i < fused.size(); i++) {
            if (fused.get(i) instanceof Statement.Call call && call.kernel().equals(GRADIENT)) {
                int next = Fusion.addition(fused, i, call);
                int own = next > 0 ? 0 : Fusion.additionOf(fused, i, call);
                if (next > 0) {
                    Slot addend = ((Statement.AddInPlace) fused.get(next)).addend();
                    fused.set(i, adding(call, GRADIENT, addend));
                    fused.set(next, new Statement.Free(List.of(addend)));
                } else if (own > 0) {
                    Statement.AddInPlace add = (Statement.AddInPlace) fused.get(own);
                    fused.set(i, adding(call, GRADIENT + "Into", add.target()));
                    fused.set(own, new Statement.Free(List.of(add.addend())));
                }
            }
        }
        return List.copyOf(fused);
    }

    private static Statement.Call adding(Statement.Call call, String kernel, Slot addend) {
        List<Operand> operands = new ArrayList<>(call.operands());
        operands.add(new Operand.Added(addend));
        return new Statement.Call(call.node(), kernel, operands, call.results(), call.view(), call.recomputed());
    }
}
