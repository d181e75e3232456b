package dev.ashlar.processor.program;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Gradients that are copied to a bucket next: their kernels are told the place, so that devices that can make them there. Memory is counted
 * as if none could.
 */
final class Destinations {
    /** Kernels of one result that may be made in a place that is there. */
    private static final Set<String> PLACING = Set.of("linearWeightGradient", "linearBiasGradient");

    private final Set<Slot> buckets = new HashSet<>();

    /** The same statements, those of earlier parts given before. */
    List<Statement> of(List<Statement> statements) {
        List<Statement> placed = new ArrayList<>();
        for (int i = 0; i < statements.size(); i++) {
            Statement statement = statements.get(i);
            if (statement instanceof Statement.Bucket bucket) {
                buckets.add(bucket.result());
            }
            placed.add(statement instanceof Statement.Call call ? placed(call, statements, i) : statement);
        }
        return List.copyOf(placed);
    }

    private Statement.Call placed(Statement.Call call, List<Statement> statements, int position) {
        return PLACING.contains(call.kernel())
                ? fill(call.results().get(0), statements, position)
                        .map(f -> into(call, f))
                        .orElse(call)
                : call;
    }

    /** The statement that copies a result to a bucket that is there when the result is made, if nothing has to do with the result before. */
    private Optional<Statement.Fill> fill(Optional<Slot> result, List<Statement> statements, int position) {
        return result.flatMap(made -> statements.subList(position + 1, statements.size()).stream()
                .filter(s -> Fusion.touches(s, made))
                .findFirst()
                .filter(Statement.Fill.class::isInstance)
                .map(Statement.Fill.class::cast)
                .filter(f -> f.gradient().equals(made) && buckets.contains(f.bucket())));
    }

    private static Statement.Call into(Statement.Call call, Statement.Fill fill) {
        List<Operand> operands = new ArrayList<>(call.operands());
        operands.add(new Operand.Place(fill.bucket(), fill.offset()));
        return new Statement.Call(call.node(), call.kernel(), operands, call.results(), call.view(), call.recomputed());
    }
}
