package dev.ashlar.processor.program;

import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.graph.Variant;
import dev.ashlar.processor.op.Argument;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * Turns the steps of one direction of a variant into statements: every tensor is owned by one slot, and is freed or given away where it
 * is read for the last time.
 */
final class RoutineBuilder {
    private final Variant variant;
    private final boolean accelerated;
    private final Routine.Direction direction;
    private final String purpose;
    private final ScopeNames names;
    private final BiFunction<Variant, Routine.Direction, Routine> routines;
    private final List<Step> steps;
    private final List<Optional<Value>> results;
    private final Set<Value> saved;
    private final Set<Value> fields;
    /** Backward: what forward makes too, or is given. */
    private final Set<Value> again = new HashSet<>();

    private final Liveness liveness;
    private final Ownership ownership;
    private final Map<Value, Slot> slots = new HashMap<>();
    private final Map<Value, String> localNames = new HashMap<>();
    private final Set<String> takenNames = new HashSet<>();
    private final List<Statement> statements = new ArrayList<>();

    /**
     * @param accelerated whether an accelerator runs it, whose kernels can do more at once
     * @param purpose what the routine's name ends with
     * @param saved what backward reads of forward: forward leaves it in fields, backward finds and frees it there
     * @param results what it returns
     * @param routines makes or finds the routines of blocks
     */
    RoutineBuilder(
            Variant variant,
            boolean accelerated,
            Routine.Direction direction,
            String purpose,
            ScopeNames names,
            Set<Value> saved,
            List<Optional<Value>> results,
            BiFunction<Variant, Routine.Direction, Routine> routines) {
        this.variant = variant;
        this.accelerated = accelerated;
        this.direction = direction;
        this.purpose = purpose;
        this.names = names;
        this.saved = saved;
        this.routines = routines;
        steps = direction == Routine.Direction.BACKWARD ? variant.backward() : variant.forward();
        this.results = results;
        if (direction == Routine.Direction.BACKWARD) {
            again.addAll(variant.inputs());
            variant.forward().forEach(s -> again.addAll(Liveness.makes(s)));
        }
        liveness =
                new Liveness(steps, results.stream().flatMap(Optional::stream).toList(), again);
        ownership = new Ownership(liveness, saved);
        fields = new HashSet<>(saved);
    }

    Routine build() {
        RoutineParts cuts = RoutineParts.of(steps);
        cuts.promote(fields, given().stream().flatMap(Optional::stream).toList(), liveness);
        List<Optional<Slot>> arguments = arguments();
        List<List<Statement>> parts = new ArrayList<>();
        Destinations destinations = new Destinations();
        for (int i = 0; i < steps.size(); i++) {
            if (cuts.beginsAt(i)) {
                parts.add(fused(destinations));
                statements.clear();
            }
            add(i, steps.get(i));
        }
        List<Optional<Operand.Tensor>> returned = new ArrayList<>();
        List<Value> pending =
                new ArrayList<>(results.stream().flatMap(Optional::stream).toList());
        for (Optional<Value> result : results) {
            returned.add(result.map(v -> {
                pending.remove(v);
                return consume(v, steps.size(), pending);
            }));
        }
        parts.add(fused(destinations));
        String name = names.routine(purpose);
        List<Slot> left = direction == Routine.Direction.FORWARD
                ? new ArrayList<>(
                        new LinkedHashSet<>(saved.stream().map(slots::get).toList()))
                : List.of();
        return new Routine(name, names, variant, direction, arguments, parts, returned, left);
    }

    /** The statements of a part, in which kernels do what stands around them as well. */
    private List<Statement> fused(Destinations destinations) {
        List<Statement> fused = Fusion.of(statements);
        return destinations.of(accelerated ? BiasSums.of(NormedSums.of(RmsSums.of(fused))) : fused);
    }

    private List<Optional<Value>> given() {
        return direction == Routine.Direction.BACKWARD
                ? variant.outputGradients()
                : variant.inputs().stream().map(Optional::of).toList();
    }

    private List<Optional<Slot>> arguments() {
        List<Optional<Slot>> arguments = new ArrayList<>();
        List<Slot> unused = new ArrayList<>();
        for (Optional<Value> value : given()) {
            arguments.add(value.map(v -> {
                Slot local = new Slot(name(v), false, v.type());
                if (fields.contains(v)) {
                    statements.add(new Statement.Keep(slot(v), local));
                    return local;
                }
                slots.put(v, local);
                if (!liveness.isUsed(v)) {
                    unused.add(local);
                }
                return local;
            }));
        }
        if (!unused.isEmpty()) {
            statements.add(new Statement.Free(unused));
        }
        return arguments;
    }

    private String name(Value value) {
        return value.name().startsWith("d.")
                ? localNames.computeIfAbsent(value, v -> names.local(v.name(), takenNames))
                : names.of(value);
    }

    private Slot slot(Value value) {
        return slots.computeIfAbsent(value, v -> {
            boolean field = fields.contains(v);
            Slot slot = new Slot(name(v), field, v.type());
            if (field) {
                names.field(slot);
            }
            return slot;
        });
    }

    private boolean keptByForward(Value value) {
        return direction == Routine.Direction.FORWARD && saved.contains(value);
    }

    /** Gives a tensor away: the slot itself if nothing reads it later, else another handle. */
    private Operand.Tensor consume(Value value, int position, List<Value> readAgain) {
        boolean last = liveness.lastUse(value) <= position && !keptByForward(value) && !readAgain.contains(value);
        if (!last) {
            ownership.hold(value);
        }
        return new Operand.Tensor(slot(value), last ? Operand.Access.MOVE : Operand.Access.SHARE);
    }

    private void add(int position, Step step) {
        ownership.enter(step);
        if (step instanceof Step.Kernel kernel) {
            addKernel(position, kernel);
        } else if (step instanceof Step.Collective collective) {
            addCollective(position, collective);
        } else if (step instanceof Step.Begin begin) {
            ownership.made(begin.result());
            statements.add(new Statement.Begin(
                    begin.at(),
                    begin.place().where(),
                    begin.transfer(),
                    slot(begin.result()),
                    new Operand.Parameter(names.parameter(begin.source()))));
        } else if (step instanceof Step.End end) {
            statements.add(new Statement.End(end.at(), slot(end.result())));
        } else if (step instanceof Step.Bucket bucket) {
            ownership.made(bucket.result());
            statements.add(new Statement.Bucket(bucket.at(), slot(bucket.result())));
        } else if (step instanceof Step.Fill fill) {
            statements.add(new Statement.Fill(fill.at(), slot(fill.bucket()), fill.offset(), slot(fill.gradient())));
            free(position, List.of(fill.gradient()), List.of());
        } else if (step instanceof Step.Start start) {
            addStart(position, start);
        } else if (step instanceof Step.Await await) {
            statements.add(new Statement.Await(await.running()));
        } else if (step instanceof Step.Finish finish) {
            statements.add(new Statement.Finish(finish.at()));
        } else if (step instanceof Step.Sum sum) {
            addSum(position, sum);
        } else if (step instanceof Step.Seed seed) {
            ownership.made(seed.gradient());
            statements.add(new Statement.Seed(slot(seed.gradient()), seed.loss().weight()));
        } else if (step instanceof Step.ParameterGradient gradient) {
            statements.add(new Statement.ParameterGradient(
                    names.parameter(gradient.parameter()), consume(gradient.gradient(), position, List.of())));
        } else if (step instanceof Step.Update update) {
            statements.add(new Statement.Update(names.parameter(update.parameter())));
        } else if (step instanceof Step.BlockForward block) {
            addBlockForward(position, block);
        } else if (step instanceof Step.BlockBackward block) {
            addBlockBackward(position, block);
        }
    }

    private void addKernel(int position, Step.Kernel kernel) {
        List<Operand> operands = new ArrayList<>();
        kernel.arguments().forEach(a -> operands.add(operand(a)));
        List<Optional<Slot>> made = new ArrayList<>();
        List<Optional<Slot>> views = new ArrayList<>();
        List<Slot> dead = new ArrayList<>();
        for (Optional<Value> result : kernel.results()) {
            made.add(result.map(this::slot));
            views.add(result.filter(v -> v.storage() != v).map(v -> slot(base(kernel))));
            result.ifPresent(v -> {
                ownership.made(v);
                if (!liveness.isUsed(v) && !keptByForward(v)) {
                    dead.add(slot(v));
                }
            });
        }
        statements.add(new Statement.Call(kernel.node(), kernel.kernel(), operands, made, views, kernel.recomputed()));
        free(position, liveness.ends(position), dead);
    }

    private static Value base(Step.Kernel kernel) {
        return Liveness.reads(kernel).get(0);
    }

    /** Frees what was read for the last time, and what nobody reads at all. */
    private void free(int position, List<Value> read, List<Slot> dead) {
        List<Slot> slotsToFree = new ArrayList<>();
        for (Value value : new LinkedHashSet<>(read)) {
            if (liveness.lastUse(value) == position && !keptByForward(value)) {
                slotsToFree.add(slot(value));
            }
        }
        slotsToFree.addAll(dead);
        if (!slotsToFree.isEmpty()) {
            statements.add(new Statement.Free(slotsToFree));
        }
    }

    private Operand operand(Argument argument) {
        if (argument instanceof Value value) {
            return new Operand.Tensor(slot(value), Operand.Access.BORROW);
        }
        if (argument instanceof ScopeParameter parameter) {
            return new Operand.Parameter(names.parameter(parameter));
        }
        if (argument instanceof Step.DropoutKey key) {
            return new Operand.Key(key.operator());
        }
        if (argument instanceof Step.Offset offset) {
            return new Operand.Offset(offset.strides());
        }
        if (argument instanceof Step.Peers peers) {
            return new Operand.Peers(peers.meshAxes());
        }
        if (argument instanceof Step.First first) {
            return new Operand.First(first.meshAxes());
        }
        return new Operand.Literal(((Argument.Literal) argument).value());
    }

    /**
     * What is done in place needs a source that nobody reads again, in memory that is contiguous, as a view's may not be. What backward
     * copies again stays as it is, so that its memory does not depend on who else reads it.
     */
    private void addCollective(int position, Step.Collective step) {
        Value result = step.result();
        Operand from = operand(step.source());
        boolean takesOver = false;
        if (step.source() instanceof Value source) {
            takesOver = step.transfer().inPlace()
                    && source.storage() == source
                    && !Liveness.isCopyOf(steps, position, again)
                    && overwritable(source, position);
            if (takesOver) {
                ownership.takes(result, source);
            }
        }
        statements.add(new Statement.Collective(
                step.at(), step.place().where(), step.transfer(), slot(result), from, takesOver));
        ownership.made(result);
        List<Slot> dead = liveness.isUsed(result) || keptByForward(result) ? List.of() : List.of(slot(result));
        List<Value> read = new ArrayList<>(liveness.ends(position));
        if (takesOver) {
            read.removeAll(Liveness.reads(step));
        }
        free(position, read, dead);
    }

    private void addStart(int position, Step.Start start) {
        Value source = start.source();
        boolean takesOver = source.storage() == source && overwritable(source, position);
        List<String> reduced = start.parameters().stream().map(names::parameter).toList();
        statements.add(new Statement.Start(
                start.at(), start.place().where(), start.transfers(), slot(source), takesOver, reduced));
        free(position, takesOver ? List.of() : List.of(source), List.of());
    }

    private void addSum(int position, Step.Sum sum) {
        Value left = sum.left();
        Value right = sum.right();
        if (left != right && dies(right, position) && overwritable(left, position)) {
            inPlace(sum.result(), left, right);
        } else if (left != right && dies(left, position) && overwritable(right, position)) {
            inPlace(sum.result(), right, left);
        } else {
            ownership.made(sum.result());
            statements.add(new Statement.Add(slot(sum.result()), slot(left), slot(right)));
            free(position, List.of(left, right), List.of());
        }
    }

    private void inPlace(Value result, Value target, Value addend) {
        statements.add(new Statement.AddInPlace(slot(target), slot(addend)));
        slots.put(result, slot(target));
        if (fields.contains(target)) {
            fields.add(result);
        }
        ownership.takes(result, target);
        ownership.made(result);
    }

    private boolean dies(Value value, int position) {
        return liveness.lastUse(value) == position
                && !(direction == Routine.Direction.FORWARD && saved.contains(value));
    }

    private boolean overwritable(Value value, int position) {
        return dies(value, position) && ownership.isOverwritable(value, position, slots.keySet());
    }

    private void addBlockForward(int position, Step.BlockForward block) {
        List<Operand.Tensor> arguments = consumeAll(position, block.inputs());
        List<Optional<Slot>> made = block.outputs().stream()
                .map(v -> liveness.isUsed(v) || keptByForward(v) ? Optional.of(slot(v)) : Optional.<Slot>empty())
                .toList();
        statements.add(new Statement.BlockForward(block.node(), runs(block.node(), block.runs()), arguments, made));
    }

    private void addBlockBackward(int position, Step.BlockBackward block) {
        List<Value> given =
                block.outputGradients().stream().flatMap(Optional::stream).toList();
        List<Operand.Tensor> consumed = new ArrayList<>(consumeAll(position, given));
        List<Optional<Operand.Tensor>> arguments = new ArrayList<>();
        block.outputGradients().forEach(v -> arguments.add(v.map(x -> consumed.remove(0))));
        List<Optional<Slot>> made =
                block.inputGradients().stream().map(v -> v.map(this::slot)).toList();
        statements.add(new Statement.BlockBackward(block.node(), runs(block.node(), block.runs()), arguments, made));
        List<Slot> dead = block.inputGradients().stream()
                .flatMap(Optional::stream)
                .filter(v -> !liveness.isUsed(v))
                .map(this::slot)
                .toList();
        free(position, List.of(), dead);
    }

    private List<Operand.Tensor> consumeAll(int position, List<Value> values) {
        List<Operand.Tensor> operands = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            operands.add(consume(values.get(i), position, values.subList(i + 1, values.size())));
        }
        return operands;
    }

    /** What is passed keeps nothing, blocks in it included. */
    private List<Statement.Run> runs(UseNode use, List<Step.Run> runs) {
        List<Statement.Run> made = new ArrayList<>();
        for (Step.Run run : runs) {
            boolean again = run.again() && direction.keeps();
            boolean passes = again && direction == Routine.Direction.FORWARD;
            Optional<Routine> repeated =
                    again ? Optional.of(routines.apply(run.variant(), Routine.Direction.FORWARD)) : Optional.empty();
            Routine routine = routines.apply(run.variant(), passes ? Routine.Direction.PASS : direction);
            made.add(new Statement.Run(run.from(), run.to(), routine, repeated));
            if (again) {
                names.segment(use);
            }
        }
        return List.copyOf(made);
    }
}
