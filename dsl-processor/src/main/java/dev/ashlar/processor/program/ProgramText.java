package dev.ashlar.processor.program;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A program as a text that says all of it, in one way only: for hashes, and for people who look for a mistake. */
public final class ProgramText {
    private final StringBuilder text = new StringBuilder();

    private ProgramText() {}

    /** The text, one line a statement. */
    public static String of(Program program) {
        ProgramText writer = new ProgramText();
        program.routines().forEach(writer::routine);
        program.forward().ifPresent(writer::routine);
        program.backward().ifPresent(writer::routine);
        program.losses().ifPresent(writer::routine);
        program.outputs().ifPresent(writer::routine);
        return writer.text.toString();
    }

    private void routine(Routine routine) {
        String arguments = routine.arguments().stream()
                .map(a -> a.map(ProgramText::typed).orElse("-"))
                .collect(Collectors.joining(", "));
        text.append(routine.direction()).append(' ').append(routine.name());
        text.append('(').append(arguments).append(")\n");
        for (List<Statement> part : routine.parts()) {
            text.append("  part\n");
            part.forEach(s -> text.append("    ").append(statement(s)).append('\n'));
        }
        text.append("  return ").append(optional(routine.results())).append('\n');
        text.append("  saved ").append(slots(routine.saved())).append('\n');
    }

    private static String statement(Statement statement) {
        if (statement instanceof Statement.Call call) {
            return call(call);
        } else if (statement instanceof Statement.Collective collective) {
            return typed(collective.result()) + " = " + (collective.takesOver() ? "take " : "")
                    + operand(collective.source()) + ", " + collective.transfer() + " for " + collective.at();
        } else if (statement instanceof Statement.Begin begin) {
            return typed(begin.result()) + " = begin " + operand(begin.source()) + ", " + begin.transfer() + " for "
                    + begin.at();
        } else if (statement instanceof Statement.End end) {
            return "end " + slot(end.result()) + " of " + end.at();
        } else if (statement instanceof Statement.Bucket bucket) {
            return typed(bucket.result()) + " = bucket";
        } else if (statement instanceof Statement.Fill fill) {
            return slot(fill.bucket()) + "[" + fill.offset() + "] = " + slot(fill.gradient());
        } else if (statement instanceof Statement.Start start) {
            return "start " + (start.takesOver() ? "take " : "") + slot(start.source()) + ", " + start.transfers()
                    + " for " + start.at() + " into " + start.fields();
        } else if (statement instanceof Statement.Await await) {
            return "await " + await.running();
        } else if (statement instanceof Statement.Finish finish) {
            return "finish " + finish.at();
        } else if (statement instanceof Statement.AddInPlace add) {
            return slot(add.target()) + " += " + slot(add.addend());
        } else if (statement instanceof Statement.Add add) {
            return typed(add.result()) + " = " + slot(add.left()) + " + " + slot(add.right());
        } else if (statement instanceof Statement.Seed seed) {
            return typed(seed.result()) + " = seed " + Double.toHexString(seed.weight());
        } else if (statement instanceof Statement.ParameterGradient gradient) {
            return "gradient " + gradient.field() + " " + operand(gradient.gradient());
        } else if (statement instanceof Statement.Update update) {
            return "update " + update.field();
        } else if (statement instanceof Statement.Keep keep) {
            return "keep " + slot(keep.field()) + " = " + slot(keep.argument());
        } else if (statement instanceof Statement.Free free) {
            return "free " + slots(free.slots());
        } else if (statement instanceof Statement.BlockForward block) {
            return "forward " + block.node().name() + " " + runs(block.runs()) + " (" + operands(block.arguments())
                    + ") -> " + results(block.results());
        } else if (statement instanceof Statement.BlockBackward block) {
            return "backward " + block.node().name() + " " + runs(block.runs()) + " (" + optional(block.arguments())
                    + ") -> " + results(block.results());
        }
        throw new IllegalStateException("unknown statement " + statement.getClass());
    }

    private static String call(Statement.Call call) {
        String views = call.view().stream()
                .map(v -> v.map(ProgramText::slot).orElse("-"))
                .collect(Collectors.joining(", "));
        return results(call.results()) + " = " + call.node().name() + "." + call.kernel() + "("
                + operands(call.operands()) + ") views " + views;
    }

    private static String operands(List<? extends Operand> operands) {
        return operands.stream().map(ProgramText::operand).collect(Collectors.joining(", "));
    }

    private static String optional(List<Optional<Operand.Tensor>> operands) {
        return operands.stream()
                .map(o -> o.map(ProgramText::operand).orElse("-"))
                .collect(Collectors.joining(", "));
    }

    private static String operand(Operand operand) {
        if (operand instanceof Operand.Tensor tensor) {
            return switch (tensor.access()) {
                case BORROW -> slot(tensor.slot());
                case MOVE -> "move " + slot(tensor.slot());
                case SHARE -> "share " + slot(tensor.slot());
            };
        } else if (operand instanceof Operand.Parameter parameter) {
            return "parameter " + parameter.field();
        } else if (operand instanceof Operand.Key key) {
            return "key " + key.operator();
        } else if (operand instanceof Operand.Offset offset) {
            return "offset " + offset.strides();
        } else if (operand instanceof Operand.Peers peers) {
            return "peers " + peers.meshAxes();
        } else if (operand instanceof Operand.First first) {
            return "first " + first.meshAxes();
        } else if (operand instanceof Operand.Added added) {
            return "adding " + slot(added.slot());
        } else if (operand instanceof Operand.Place place) {
            return "into " + slot(place.bucket()) + "[" + place.offset() + "]";
        }
        Object value = ((Operand.Literal) operand).value();
        return value instanceof Double real ? Double.toHexString(real) : String.valueOf(value);
    }

    private static String runs(List<Statement.Run> runs) {
        return runs.stream()
                .map(r -> "[" + r.from() + ", " + r.to() + ") " + r.routine().name()
                        + r.again().map(a -> " again " + a.name()).orElse(""))
                .collect(Collectors.joining(" "));
    }

    private static String results(List<Optional<Slot>> results) {
        return results.stream().map(r -> r.map(ProgramText::typed).orElse("-")).collect(Collectors.joining(", "));
    }

    private static String slots(List<Slot> slots) {
        return slots.stream().map(ProgramText::slot).collect(Collectors.joining(", "));
    }

    private static String slot(Slot slot) {
        return (slot.field() ? "s." : "") + slot.name();
    }

    private static String typed(Slot slot) {
        return slot(slot) + slot.type().sizes() + slot.type().element();
    }
}
