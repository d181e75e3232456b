package dev.ashlar.processor.program;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Sums that a norm reads next, on accelerators: the norm's kernel adds as well, in the memory of an addend that nobody reads again. Memory is
 * counted as if the sum had its own from the first, which the addend's takes the place of.
 */
final class NormedSums {
    private static final Set<String> NORMS = Set.of("layerNorm", "rmsNorm");

    private final List<Statement> statements;

    private NormedSums(List<Statement> statements) {
        this.statements = new ArrayList<>(statements);
    }

    /** The same statements, some sums in norms. */
    static List<Statement> of(List<Statement> statements) {
        NormedSums sums = new NormedSums(statements);
        for (int i = 0; i < statements.size(); i++) {
            if (statements.get(i) instanceof Statement.Call call
                    && call.kernel().equals("add")
                    && call.operands().size() == 2) {
                sums.defer(i, call);
            }
        }
        return List.copyOf(sums.statements);
    }

    private void defer(int position, Statement.Call sum) {
        OptionalInt norm = norm(position, sum.results().get(0).orElseThrow());
        for (int own = 1; own >= 0 && norm.isPresent(); own--) {
            Slot overwritten = slot(sum.operands().get(own));
            Slot added = slot(sum.operands().get(1 - own));
            if (isLast(position, overwritten) && stays(position, norm.getAsInt(), added)) {
                Statement.Call reader = (Statement.Call) statements.get(norm.getAsInt());
                List<Operand> operands = new ArrayList<>(reader.operands());
                operands.add(new Operand.Added(added));
                statements.set(
                        position, with(sum, "addLater", List.of(sum.operands().get(own))));
                statements.set(norm.getAsInt(), with(reader, reader.kernel(), operands));
                return;
            }
        }
    }

    private static Slot slot(Operand operand) {
        return ((Operand.Tensor) operand).slot();
    }

    /** Where a norm is the first to have to do with a sum. */
    private OptionalInt norm(int position, Slot sum) {
        for (int i = position + 1; i < statements.size(); i++) {
            if (Fusion.touches(statements.get(i), sum)) {
                boolean norm = statements.get(i) instanceof Statement.Call call
                        && NORMS.contains(call.kernel())
                        && call.operands().get(0) instanceof Operand.Tensor x
                        && x.slot().equals(sum);
                return norm ? OptionalInt.of(i) : OptionalInt.empty();
            }
        }
        return OptionalInt.empty();
    }

    /** Whether a kernel of these statements made an addend, and nobody reads its memory again: all that share it are let go of here. */
    private boolean isLast(int position, Slot addend) {
        Map<Slot, Slot> roots = Fusion.roots(statements.subList(0, position));
        Optional<Slot> root = Optional.ofNullable(roots.get(addend));
        return root.isPresent()
                && roots.entrySet().stream()
                        .filter(e -> e.getValue().equals(root.get()))
                        .map(Map.Entry::getKey)
                        .allMatch(s ->
                                !s.field() && isFreed(s) && isRead(position, s).isEmpty());
    }

    private boolean isFreed(Slot slot) {
        return statements.stream()
                .anyMatch(s -> s instanceof Statement.Free free && free.slots().contains(slot));
    }

    private Optional<Statement> isRead(int position, Slot slot) {
        return statements.subList(position + 1, statements.size()).stream()
                .filter(s -> !(s instanceof Statement.Free) && Fusion.touches(s, slot))
                .findFirst();
    }

    /** Whether the other addend is there, as it is, until the norm runs. */
    private boolean stays(int from, int to, Slot addend) {
        return statements.subList(from + 1, to).stream()
                .allMatch(
                        s -> s instanceof Statement.Call call && !call.results().contains(Optional.of(addend))
                                || !Fusion.touches(s, addend));
    }

    private static Statement.Call with(Statement.Call call, String kernel, List<Operand> operands) {
        return new Statement.Call(call.node(), kernel, operands, call.results(), call.view(), call.recomputed());
    }
}
