package dev.ashlar.processor.write;

import com.palantir.javapoet.CodeBlock;
import dev.ashlar.processor.graph.ScopeOutput;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.program.Operand;
import dev.ashlar.processor.program.Routine;
import dev.ashlar.processor.program.ScopeNames;
import dev.ashlar.processor.program.Slot;
import dev.ashlar.processor.program.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Prints calls of blocks: one call, or loops over equal neighbours. */
final class BlockWriter {
    private final ScopeNames scope;
    private final Set<ScopeNames> random;

    /**
     * @param scope the calling scope
     * @param random scopes whose saved tensors hold the key of dropout masks
     */
    BlockWriter(ScopeNames scope, Set<ScopeNames> random) {
        this.scope = scope;
        this.random = random;
    }

    boolean indexed(UseNode use) {
        return use.repeats().isPresent();
    }

    private String parameters(UseNode use, ScopeNames inner, String index) {
        return "p." + scope.block(use, inner.scope()) + (indexed(use) && !use.shared() ? "[" + index + "]" : "");
    }

    String saved(UseNode use, ScopeNames inner, String index) {
        return "s." + scope.blockSaved(use, inner.scope()) + (indexed(use) ? "[" + index + "]" : "");
    }

    private CodeBlock newSaved(UseNode use, ScopeNames inner, String index) {
        return random.contains(inner)
                ? CodeBlock.of(
                        "new $L((s.key ^ $L) * 31 + $L)",
                        inner.savedType(),
                        StatementWriter.hexadecimal(
                                Step.DropoutKey.of(use.name()).operator()),
                        indexed(use) ? index : "0")
                : CodeBlock.of("new $L()", inner.savedType());
    }

    /** Makes room for what one repetition of forward keeps. */
    CodeBlock newSavedAt(UseNode use, ScopeNames inner, String index) {
        return CodeBlock.builder()
                .addStatement("$L = $L", saved(use, inner, index), newSaved(use, inner, index))
                .build();
    }

    /** The scopes of all repetitions, each once. */
    static List<ScopeNames> scopes(List<Statement.Run> runs) {
        return runs.stream().map(r -> r.routine().scope()).distinct().toList();
    }

    /** The arguments that every routine of a block begins with. */
    CodeBlock call(UseNode use, Routine routine, String index, List<CodeBlock> tensors) {
        List<CodeBlock> arguments = new ArrayList<>();
        arguments.add(CodeBlock.of("$L", parameters(use, routine.scope(), index)));
        if (routine.direction() == Routine.Direction.EVALUATE) {
            if (routine.usesFields()) {
                arguments.add(newSavedForEvaluation(routine));
            }
        } else if (routine.direction() == Routine.Direction.PASS) {
            arguments.add(newSaved(use, routine.scope(), index));
        } else {
            arguments.add(CodeBlock.of("$L", saved(use, routine.scope(), index)));
        }
        arguments.addAll(tensors);
        return CodeBlock.of("$L($L)", routine.name(), CodeBlock.join(arguments, ",$W"));
    }

    private CodeBlock newSavedForEvaluation(Routine routine) {
        return random.contains(routine.scope())
                ? CodeBlock.of("new $L(0)", routine.scope().savedType())
                : CodeBlock.of("new $L()", routine.scope().savedType());
    }

    CodeBlock forward(Statement.BlockForward block) {
        return indexed(block.node()) ? repeatedForward(block) : singleForward(block);
    }

    private CodeBlock singleForward(Statement.BlockForward block) {
        UseNode use = block.node();
        Routine routine = block.runs().get(0).routine();
        CodeBlock.Builder code = CodeBlock.builder();
        if (routine.direction() == Routine.Direction.FORWARD) {
            code.addStatement("$L = $L", saved(use, routine.scope(), ""), newSaved(use, routine.scope(), ""));
        }
        code.addStatement("ops.enter($S)", use.name());
        CodeBlock call = call(
                use,
                routine,
                "",
                block.arguments().stream().map(StatementWriter::operand).toList());
        results(code, use, routine, call, block.results());
        return code.addStatement("ops.leave()").build();
    }

    /** Assigns the results of a call; what nobody reads is closed. */
    private static void results(
            CodeBlock.Builder code, UseNode use, Routine routine, CodeBlock call, List<Optional<Slot>> results) {
        long returned = routine.results().stream().filter(Optional::isPresent).count();
        if (returned == 0) {
            code.addStatement(call);
            return;
        }
        if (returned == 1) {
            int only = firstPresent(routine.results());
            if (results.get(only).isPresent()) {
                code.addStatement(
                        "$L = $L", StatementWriter.assign(results.get(only).get()), call);
            } else {
                code.addStatement("$L.close()", call);
            }
            return;
        }
        String made = ScopeWriter.variable(use) + "Made";
        code.addStatement("$T $L = $L", Names.TENSORS, made, call);
        int position = 0;
        for (int i = 0; i < results.size(); i++) {
            if (routine.results().get(i).isEmpty()) {
                continue;
            }
            if (results.get(i).isPresent()) {
                code.addStatement(
                        "$L = $L[$L]", StatementWriter.assign(results.get(i).get()), made, position);
            } else {
                code.addStatement("$L[$L].close()", made, position);
            }
            position++;
        }
    }

    private static int firstPresent(List<? extends Optional<?>> list) {
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i).isPresent()) {
                return i;
            }
        }
        return -1;
    }

    private CodeBlock repeatedForward(Statement.BlockForward block) {
        UseNode use = block.node();
        boolean train = block.runs().stream()
                .anyMatch(r -> r.routine().direction() == Routine.Direction.FORWARD
                        || r.again().isPresent());
        ScopeNames inner = block.runs().get(0).routine().scope();
        CodeBlock.Builder code = CodeBlock.builder();
        if (train) {
            scopes(block.runs())
                    .forEach(s -> code.addStatement(
                            "s.$L = new $L[$L]", scope.blockSaved(use, s.scope()), s.savedType(), use.count()));
        }
        if (block.runs().stream().anyMatch(r -> r.again().isPresent())) {
            code.addStatement("s.$L = new $T[$L][]", scope.blockSegments(use), Names.TENSOR, use.count());
        }
        String[] outputs = new String[use.outputs().size()];
        Map<Integer, String> carried = new HashMap<>();
        for (int k = 0; k < outputs.length; k++) {
            outputs[k] = ScopeWriter.variable(use)
                    + (outputs.length > 1
                            ? ScopeWriter.upper(inner.scope().outputs().get(k).name())
                            : "");
            OptionalInt feeds = use.feeds().get(k);
            if (feeds.isPresent()) {
                carried.put(feeds.getAsInt(), outputs[k]);
                code.addStatement(
                        "$T $L = $L",
                        Names.TENSOR,
                        outputs[k],
                        StatementWriter.operand(block.arguments().get(feeds.getAsInt())));
            } else if (inner.scope().outputs().get(k).collect() == ScopeOutput.Collect.STACK) {
                code.addStatement("$T $L = new $T[$L]", Names.TENSORS, outputs[k] + "Parts", Names.TENSOR, use.count());
            } else {
                code.addStatement("$T $L = null", Names.TENSOR, outputs[k]);
            }
        }
        List<CodeBlock> arguments = new ArrayList<>();
        List<CodeBlock> shared = new ArrayList<>();
        for (int j = 0; j < block.arguments().size(); j++) {
            CodeBlock read = carried.containsKey(j)
                    ? CodeBlock.of("$L", carried.get(j))
                    : CodeBlock.of(
                            "$L", StatementWriter.read(block.arguments().get(j).slot()));
            shared.add(CodeBlock.of("ops.share($L)", read));
            arguments.add(carried.containsKey(j) ? read : shared.get(j));
        }
        new SegmentWriter(this, scope, use).forward(code, block.runs(), shared, (run, index) -> {
            CodeBlock.Builder body = CodeBlock.builder();
            body.addStatement("ops.enter($S, $L)", use.name(), index);
            if (run.routine().direction() == Routine.Direction.FORWARD) {
                body.add(newSavedAt(use, run.routine().scope(), index));
            }
            collect(body, use, inner, call(use, run.routine(), index, arguments), outputs, index);
            body.addStatement("ops.leave()");
            return body.build();
        });
        for (int j = 0; j < block.arguments().size(); j++) {
            if (!carried.containsKey(j) && block.arguments().get(j).access() == Operand.Access.MOVE) {
                code.addStatement(
                        "$L.close()",
                        StatementWriter.read(block.arguments().get(j).slot()));
            }
        }
        finish(code, use, inner, outputs, block.results());
        return code.build();
    }

    /** Variable of the results of one repetition; several that stand in one method each have their own. */
    static String made(UseNode use, String index) {
        return ScopeWriter.variable(use) + "Made" + (index.equals("i") ? "" : index);
    }

    private static void collect(
            CodeBlock.Builder body, UseNode use, ScopeNames inner, CodeBlock call, String[] outputs, String index) {
        if (outputs.length == 1) {
            body.addStatement("$L = $L", outputs[0], call);
            return;
        }
        String made = made(use, index);
        body.addStatement("$T $L = $L", Names.TENSORS, made, call);
        for (int k = 0; k < outputs.length; k++) {
            if (use.feeds().get(k).isPresent()) {
                body.addStatement("$L = $L[$L]", outputs[k], made, k);
                continue;
            }
            switch (inner.scope().outputs().get(k).collect()) {
                case LAST -> body.addStatement("$L = ops.replace($L, $L[$L])", outputs[k], outputs[k], made, k);
                case SUM -> body.addStatement("$L = ops.accumulate($L, $L[$L])", outputs[k], outputs[k], made, k);
                case STACK -> body.addStatement("$L[$L] = $L[$L]", outputs[k] + "Parts", index, made, k);
            }
        }
    }

    private static void finish(
            CodeBlock.Builder code, UseNode use, ScopeNames inner, String[] outputs, List<Optional<Slot>> results) {
        for (int k = 0; k < outputs.length; k++) {
            boolean stacked = use.feeds().get(k).isEmpty()
                    && inner.scope().outputs().get(k).collect() == ScopeOutput.Collect.STACK;
            if (stacked) {
                code.addStatement("$T $L = ops.stackParts($L)", Names.TENSOR, outputs[k], outputs[k] + "Parts");
            }
            assignResult(code, results.get(k), outputs[k]);
        }
    }

    /** Hands a variable over to the slot that is to hold it; closes it if there is none. */
    static void assignResult(CodeBlock.Builder code, Optional<Slot> slot, String variable) {
        if (slot.isEmpty()) {
            code.addStatement("$L.close()", variable);
        } else if (slot.get().field()) {
            code.addStatement("s.$L = $L", slot.get().name(), variable);
        } else if (!slot.get().name().equals(variable)) {
            code.addStatement("$T $L = $L", Names.TENSOR, slot.get().name(), variable);
        }
    }

    interface Body {
        CodeBlock at(String index);
    }

    static void loop(CodeBlock.Builder code, Statement.Run run, boolean descending, Body body) {
        if (run.to() - run.from() == 1) {
            code.add(body.at(Long.toString(run.from())));
            return;
        }
        if (descending) {
            code.beginControlFlow("for (int i = $L; i >= $L; i--)", run.to() - 1, run.from());
        } else {
            code.beginControlFlow("for (int i = $L; i < $L; i++)", run.from(), run.to());
        }
        code.add(body.at("i"));
        code.endControlFlow();
    }

    CodeBlock backward(Statement.BlockBackward block) {
        return indexed(block.node()) ? new RepeatedBackwardWriter(this, scope, block).write() : singleBackward(block);
    }

    private CodeBlock singleBackward(Statement.BlockBackward block) {
        UseNode use = block.node();
        Routine routine = block.runs().get(0).routine();
        CodeBlock.Builder code = CodeBlock.builder();
        code.addStatement("ops.enter($S)", use.name());
        CodeBlock call = call(
                use,
                routine,
                "",
                block.arguments().stream()
                        .flatMap(Optional::stream)
                        .map(StatementWriter::operand)
                        .toList());
        results(code, use, routine, call, block.results());
        code.addStatement("ops.leave()");
        return code.addStatement("$L = null", saved(use, routine.scope(), "")).build();
    }
}
