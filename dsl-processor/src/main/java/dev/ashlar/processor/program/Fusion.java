package dev.ashlar.processor.program;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Kernels that do what stood behind them as well, so that a tensor is read and written once: the gradient of a norm's input takes in what
 * is added to it next. Memory stays as it was: the addend lives as long as before.
 */
final class Fusion {
    /** Kernels that have such a form, and its name. */
    private static final Map<String, String> ADDING = Map.of("layerNormBackward", "layerNormBackwardAdd");

    private Fusion() {}

    /** The same statements, some of them as one. */
    static List<Statement> of(List<Statement> statements) {
        List<Statement> fused = new ArrayList<>(statements);
        for (int i = 0; i < fused.size(); i++) {
            if (fused.get(i) instanceof Statement.Call call && ADDING.containsKey(call.kernel())) {
                int addition = addition(fused, i, call);
                if (addition > 0) {
                    Slot addend = ((Statement.AddInPlace) fused.get(addition)).addend();
                    fused.set(i, adding(call, addend));
                    fused.set(addition, new Statement.Free(List.of(addend)));
                }
            }
        }
        return List.copyOf(fused);
    }

    /** Where something is added to the first result before anything else happens to either; 0 if nowhere. */
    private static int addition(List<Statement> statements, int call, Statement.Call kernel) {
        Optional<Slot> target = kernel.results().get(0);
        if (target.isEmpty()) {
            return 0;
        }
        for (int i = call + 1; i < statements.size(); i++) {
            if (statements.get(i) instanceof Statement.AddInPlace add
                    && add.target().equals(target.get())) {
                boolean untouched = statements.subList(call, i).stream().noneMatch(s -> touches(s, add.addend()));
                return untouched ? i : 0;
            }
            if (touches(statements.get(i), target.get())) {
                return 0;
            }
        }
        return 0;
    }

    /** Whether a statement has to do with a slot; of statements that are not looked into it is taken to. */
    private static boolean touches(Statement statement, Slot slot) {
        if (statement instanceof Statement.Call call) {
            return call.operands().stream().anyMatch(o -> isOf(o, slot))
                    || call.results().contains(Optional.of(slot))
                    || call.view().contains(Optional.of(slot));
        } else if (statement instanceof Statement.Free free) {
            return free.slots().contains(slot);
        } else if (statement instanceof Statement.ParameterGradient gradient) {
            return gradient.gradient().slot().equals(slot);
        }
        return !(statement instanceof Statement.Update);
    }

    private static boolean isOf(Operand operand, Slot slot) {
        return operand instanceof Operand.Tensor tensor && tensor.slot().equals(slot);
    }

    private static Statement.Call adding(Statement.Call call, Slot addend) {
        List<Operand> operands = new ArrayList<>(call.operands());
        operands.add(new Operand.Tensor(addend, Operand.Access.BORROW));
        String kernel = Objects.requireNonNull(ADDING.get(call.kernel()), call::kernel);
        return new Statement.Call(call.node(), kernel, operands, call.results(), call.view(), call.recomputed());
    }
}
