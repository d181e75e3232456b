package dev.ashlar.processor.program;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Kernels that do what stood behind them as well, so that a tensor is read and written once: the gradient of a norm's input takes in what
 * is added to it next, and a product adds to what its result was to be added to. Memory is counted as it was: the addend lives as long as
 * before, if only as a second handle on the sum.
 */
final class Fusion {
    /** Kernels that take in what is added to their result, and the name of that form. */
    private static final Map<String, String> ADDING = Map.of("layerNormBackward", "layerNormBackwardAdd");

    /** Kernels that add their result to something, and the name of that form. */
    private static final Map<String, String> ADDED =
            Map.of("linearInputGradient", "linearInputGradientAdd", "layerNormBackward", "layerNormBackwardInto");

    private Fusion() {}

    /** The same statements, some of them as one. */
    static List<Statement> of(List<Statement> statements) {
        List<Statement> fused = new ArrayList<>(statements);
        for (int i = 0; i < fused.size(); i++) {
            if (fused.get(i) instanceof Statement.Call call && !takesIn(fused, i, call)) {
                addsItself(fused, i, call);
            }
        }
        return List.copyOf(fused);
    }

    private static boolean takesIn(List<Statement> fused, int position, Statement.Call call) {
        int addition = ADDING.containsKey(call.kernel()) ? addition(fused, position, call) : 0;
        if (addition > 0) {
            Slot addend = ((Statement.AddInPlace) fused.get(addition)).addend();
            fused.set(position, with(call, ADDING, addend));
            fused.set(addition, new Statement.Free(List.of(addend)));
        }
        return addition > 0;
    }

    private static void addsItself(List<Statement> fused, int position, Statement.Call call) {
        int addition = ADDED.containsKey(call.kernel()) ? additionOf(fused, position, call) : 0;
        if (addition > 0) {
            Statement.AddInPlace add = (Statement.AddInPlace) fused.get(addition);
            fused.set(position, with(call, ADDED, add.target()));
            fused.set(addition, new Statement.Free(List.of(add.addend())));
        }
    }

    /** Where something is added to the first result before anything else happens to either; 0 if nowhere. */
    static int addition(List<Statement> statements, int call, Statement.Call kernel) {
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

    /** Where the result is added to something that nothing has to do with in between; 0 if nowhere. */
    static int additionOf(List<Statement> statements, int call, Statement.Call kernel) {
        Optional<Slot> result = kernel.results().get(0);
        if (result.isEmpty()) {
            return 0;
        }
        for (int i = call + 1; i < statements.size(); i++) {
            if (statements.get(i) instanceof Statement.AddInPlace add
                    && add.addend().equals(result.get())) {
                return isFree(statements, call, i, add.target()) ? i : 0;
            }
            if (touches(statements.get(i), result.get())) {
                return 0;
            }
        }
        return 0;
    }

    /** Whether what a kernel of these statements has made may change at {@code from} instead of at {@code to}: nothing reads its memory there. */
    private static boolean isFree(List<Statement> statements, int from, int to, Slot target) {
        Map<Slot, Slot> roots = roots(statements.subList(0, from));
        Slot root = roots.get(target);
        if (root == null) {
            return false; // other views of it may be made elsewhere
        }
        List<Slot> sharing = roots.entrySet().stream()
                .filter(e -> e.getValue().equals(root))
                .map(Map.Entry::getKey)
                .toList();
        return statements.subList(from, to).stream()
                .noneMatch(s -> sharing.stream().anyMatch(slot -> touches(s, slot)));
    }

    /** For all that these statements make, the slot of which it is a view, or itself. */
    static Map<Slot, Slot> roots(List<Statement> statements) {
        Map<Slot, Slot> roots = new HashMap<>();
        for (Statement statement : statements) {
            if (statement instanceof Statement.Add add) {
                roots.put(add.result(), add.result());
            } else if (statement instanceof Statement.Call call) {
                for (int i = 0; i < call.results().size(); i++) {
                    Optional<Slot> base = call.view().get(i);
                    call.results()
                            .get(i)
                            .ifPresent(r -> base.ifPresentOrElse(
                                    b -> Optional.ofNullable(roots.get(b)).ifPresent(root -> roots.put(r, root)),
                                    () -> roots.put(r, r)));
                }
            }
        }
        return roots;
    }

    /** Whether a statement has to do with a slot; of statements that are not looked into it is taken to. */
    static boolean touches(Statement statement, Slot slot) {
        if (statement instanceof Statement.Call call) {
            return call.operands().stream()
                            .anyMatch(o -> isOf(o, slot)
                                    || o instanceof Operand.Added added
                                            && added.slot().equals(slot))
                    || call.results().contains(Optional.of(slot))
                    || call.view().contains(Optional.of(slot));
        } else if (statement instanceof Statement.Free free) {
            return free.slots().contains(slot);
        } else if (statement instanceof Statement.ParameterGradient gradient) {
            return gradient.gradient().slot().equals(slot);
        } else if (statement instanceof Statement.Collective collective) {
            return collective.result().equals(slot) || isOf(collective.source(), slot);
        } else if (statement instanceof Statement.Begin begin) {
            return begin.result().equals(slot);
        } else if (statement instanceof Statement.End end) {
            return end.result().equals(slot);
        } else if (statement instanceof Statement.Bucket bucket) {
            return bucket.result().equals(slot);
        } else if (statement instanceof Statement.Fill fill) {
            return fill.bucket().equals(slot) || fill.gradient().equals(slot);
        } else if (statement instanceof Statement.Start start) {
            return start.source().equals(slot);
        }
        return !(statement instanceof Statement.Update
                || statement instanceof Statement.Finish
                || statement instanceof Statement.Await);
    }

    private static boolean isOf(Operand operand, Slot slot) {
        return operand instanceof Operand.Tensor tensor && tensor.slot().equals(slot);
    }

    private static Statement.Call with(Statement.Call call, Map<String, String> forms, Slot more) {
        List<Operand> operands = new ArrayList<>(call.operands());
        operands.add(new Operand.Tensor(more, Operand.Access.BORROW));
        String kernel = Objects.requireNonNull(forms.get(call.kernel()), call::kernel);
        return new Statement.Call(call.node(), kernel, operands, call.results(), call.view(), call.recomputed());
    }
}
