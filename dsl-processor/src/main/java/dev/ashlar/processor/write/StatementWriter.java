package dev.ashlar.processor.write;

import com.palantir.javapoet.CodeBlock;
import dev.ashlar.processor.program.Operand;
import dev.ashlar.processor.program.Routine;
import dev.ashlar.processor.program.Slot;
import dev.ashlar.processor.program.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Prints the statements of one routine. */
final class StatementWriter {
    private final OperatorComments comments;
    private final BlockWriter blocks;
    private final Routine.Direction direction;
    private final CodeBlock.Builder code = CodeBlock.builder();

    StatementWriter(OperatorComments comments, BlockWriter blocks, Routine.Direction direction) {
        this.comments = comments;
        this.blocks = blocks;
        this.direction = direction;
    }

    CodeBlock write(List<Statement> statements) {
        String operator = "";
        for (int i = 0; i < statements.size(); i++) {
            Statement statement = statements.get(i);
            if (!(statement instanceof Statement.Call call)) {
                boolean belongsToCall = statement instanceof Statement.Free
                        || statement instanceof Statement.ParameterGradient
                        || statement instanceof Statement.Update;
                operator = belongsToCall ? operator : "";
                other(statement);
                continue;
            }
            if (!title(call).equals(operator)) {
                operator = title(call);
                code.add("// $L\n", comments.of(call, direction));
            }
            int gradient = parameterGradient(statements, i);
            if (gradient < 0) {
                call(call);
            } else {
                Statement.ParameterGradient consumer = (Statement.ParameterGradient) statements.get(gradient);
                code.addStatement("p.$L.addGradient($L)", consumer.field(), invocation(call));
                if (gradient == i + 2) {
                    other(statements.get(i + 1));
                }
                i = gradient;
            }
        }
        return code.build();
    }

    private static String title(Statement.Call call) {
        return call.node().name() + (call.recomputed() ? " again" : "");
    }

    /** Position of the statement that takes the only result of the call at {@code i}, if nothing but a free stands between; or -1. */
    private static int parameterGradient(List<Statement> statements, int i) {
        int next = i + 1 < statements.size() && statements.get(i + 1) instanceof Statement.Free ? i + 2 : i + 1;
        return next < statements.size()
                        && statements.get(next) instanceof Statement.ParameterGradient gradient
                        && isOnlyResult((Statement.Call) statements.get(i), gradient)
                ? next
                : -1;
    }

    private static boolean isOnlyResult(Statement.Call call, Statement.ParameterGradient gradient) {
        return call.results().size() == 1
                && call.results().get(0).equals(Optional.of(gradient.gradient().slot()))
                && gradient.gradient().access() == Operand.Access.MOVE;
    }

    private void other(Statement statement) {
        if (statement instanceof Statement.Collective collective) {
            code.add(CollectiveWriter.write(collective));
        } else if (statement instanceof Statement.Begin begin) {
            code.add(CollectiveWriter.write(begin));
        } else if (statement instanceof Statement.End end) {
            code.addStatement("collectives.finish($S)", end.at());
        } else if (ReductionWriter.knows(statement)) {
            code.add(ReductionWriter.write(statement));
        } else if (statement instanceof Statement.AddInPlace add) {
            code.addStatement("ops.addInPlace($L, $L)", read(add.target()), read(add.addend()));
            code.addStatement("$L.close()", read(add.addend()));
        } else if (statement instanceof Statement.Add add) {
            code.addStatement("$L = ops.add($L, $L)", assign(add.result()), read(add.left()), read(add.right()));
        } else if (statement instanceof Statement.Seed seed) {
            CodeBlock weight = seed.weight() == 1
                    ? CodeBlock.of("batchWeight")
                    : CodeBlock.of("$L * batchWeight", literal(seed.weight()));
            code.addStatement("$L = ops.seed($L)", assign(seed.result()), weight);
        } else if (statement instanceof Statement.ParameterGradient gradient) {
            code.addStatement("p.$L.addGradient($L)", gradient.field(), operand(gradient.gradient()));
        } else if (statement instanceof Statement.Update update) {
            code.addStatement("update(p.$L)", update.field());
        } else if (statement instanceof Statement.Keep keep) {
            code.addStatement("$L = $L", read(keep.field()), read(keep.argument()));
        } else if (statement instanceof Statement.Free free) {
            free.slots().forEach(s -> code.addStatement("$L.close()", read(s)));
        } else if (statement instanceof Statement.BlockForward block) {
            code.add(blocks.forward(block));
        } else if (statement instanceof Statement.BlockBackward block) {
            code.add(blocks.backward(block));
        }
    }

    private void call(Statement.Call call) {
        if (call.results().size() == 1) {
            code.addStatement("$L = $L", assign(call.results().get(0).orElseThrow()), invocation(call));
            return;
        }
        String made = call.results().stream()
                        .flatMap(Optional::stream)
                        .findFirst()
                        .orElseThrow()
                        .name()
                + "Made";
        code.addStatement("$T $L = $L", Names.TENSORS, made, invocation(call));
        for (int i = 0; i < call.results().size(); i++) {
            if (call.results().get(i).isPresent()) {
                code.addStatement("$L = $L[$L]", assign(call.results().get(i).get()), made, i);
            }
        }
    }

    private static CodeBlock invocation(Statement.Call call) {
        CodeBlock place = CodeBlock.of("");
        List<CodeBlock> arguments = new ArrayList<>();
        for (Operand operand : call.operands()) {
            if (operand instanceof Operand.Place into) {
                place = CodeBlock.of(".into($L, $L)", read(into.bucket()), into.offset());
            } else if (operand instanceof Operand.Added added) {
                place = CodeBlock.of(".adding($L)", read(added.slot()));
            } else {
                arguments.add(operand(operand));
            }
        }
        CodeBlock given = CodeBlock.join(arguments, ",$W");
        return CodeBlock.of("ops.at($S)$L.$L($L)", call.node().name(), place, call.kernel(), given);
    }

    /** A slot where it is read: a variable, or a field of the saved tensors. */
    static String read(Slot slot) {
        return slot.field() ? "s." + slot.name() : slot.name();
    }

    /** A slot where it is first assigned: variables are declared. */
    static CodeBlock assign(Slot slot) {
        return slot.field() ? CodeBlock.of("s.$L", slot.name()) : CodeBlock.of("$T $L", Names.TENSOR, slot.name());
    }

    static CodeBlock operand(Operand operand) {
        if (operand instanceof Operand.Tensor tensor) {
            return tensor.access() == Operand.Access.SHARE
                    ? CodeBlock.of("ops.share($L)", read(tensor.slot()))
                    : CodeBlock.of("$L", read(tensor.slot()));
        }
        if (operand instanceof Operand.Parameter parameter) {
            return CodeBlock.of("p.$L.value()", parameter.field());
        }
        if (operand instanceof Operand.Key key) {
            return CodeBlock.of("s.key ^ $L", hexadecimal(key.operator()));
        }
        if (operand instanceof Operand.Offset offset) {
            return CodeBlock.of("mesh.offset($L)", joined(offset.strides()));
        }
        if (operand instanceof Operand.Peers peers) {
            return CodeBlock.of("mesh.peers($L)", joined(peers.meshAxes()));
        }
        if (operand instanceof Operand.First first) {
            return CodeBlock.of("mesh.isFirst($L)", joined(first.meshAxes()));
        }
        Object value = ((Operand.Literal) operand).value();
        return value instanceof String text ? CodeBlock.of("$S", text) : CodeBlock.of("$L", literal(value));
    }

    private static String joined(List<?> numbers) {
        return numbers.stream().map(Object::toString).collect(Collectors.joining(", "));
    }

    static String hexadecimal(long value) {
        return String.format(Locale.ROOT, "0x%016xL", value);
    }

    private static String literal(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(Object::toString).collect(Collectors.joining(", ", "new long[] {", "}"));
        }
        return value.toString();
    }
}
