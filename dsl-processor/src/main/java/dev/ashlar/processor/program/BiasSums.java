package dev.ashlar.processor.program;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Kernels that sum the columns of what they make, where the gradient of a bias is those sums: it is then collected from parts that they leave.
 * It takes memory where it did.
 */
final class BiasSums {
    /** Kernels that only read what is given first. */
    private static final Set<String> READING =
            Set.of("linearInputGradient", "linearInputGradientAdd", "linearWeightGradient");

    private BiasSums() {}

    /** The same statements, some of which sum. */
    static List<Statement> of(List<Statement> statements) {
        List<Statement> summing = new ArrayList<>(statements);
        for (int i = 0; i < summing.size(); i++) {
            if (summing.get(i) instanceof Statement.Call call && isOfElements(call)) {
                if (makesBias(summing, i, call)) {
                    summing.set(i, summing(call));
                }
            }
        }
        return List.copyOf(summing);
    }

    private static boolean isOfElements(Statement.Call call) {
        return call.kernel().startsWith("pointwise");
    }

    /** Whether a bias's gradient is made of the first result, nothing changes that before, and no other kernel may sum. */
    private static boolean makesBias(List<Statement> statements, int position, Statement.Call call) {
        Optional<Slot> made = call.results().get(0);
        for (int i = position + 1; made.isPresent() && i < statements.size(); i++) {
            Statement statement = statements.get(i);
            if (statement instanceof Statement.Call next
                    && next.kernel().equals("linearBiasGradient")
                    && isFirst(next, made.get())) {
                return true;
            }
            boolean reads = statement instanceof Statement.Call next
                    && READING.contains(next.kernel())
                    && isFirst(next, made.get())
                    && next.operands().stream().skip(1).noneMatch(o -> isOf(o, made.get()));
            boolean other = statement instanceof Statement.Call next && isOfElements(next);
            if (other || !reads && Fusion.touches(statement, made.get())) {
                return false;
            }
        }
        return false;
    }

    private static boolean isFirst(Statement.Call call, Slot slot) {
        return isOf(call.operands().get(0), slot);
    }

    private static boolean isOf(Operand operand, Slot slot) {
        return operand instanceof Operand.Tensor tensor && tensor.slot().equals(slot);
    }

    private static Statement.Call summing(Statement.Call call) {
        List<Operand> operands = new ArrayList<>(call.operands());
        String text = (String) ((Operand.Literal) operands.get(0)).value();
        operands.set(0, new Operand.Literal(text + "\nsum(y0);"));
        return new Statement.Call(call.node(), call.kernel(), operands, call.results(), call.view(), call.recomputed());
    }
}
