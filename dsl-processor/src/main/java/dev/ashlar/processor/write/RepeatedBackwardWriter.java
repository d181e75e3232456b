package dev.ashlar.processor.write;

import com.palantir.javapoet.CodeBlock;
import dev.ashlar.processor.graph.ScopeOutput;
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
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/** Backward of a repeated block: gradients that are fed pass from repetition to repetition, those of constants are summed. */
final class RepeatedBackwardWriter {
    private final BlockWriter blocks;
    private final ScopeNames scope;
    private final Statement.BlockBackward block;
    private final UseNode use;
    private final ScopeNames inner;
    private final CodeBlock.Builder code = CodeBlock.builder();
    private final Map<Integer, String> carried = new HashMap<>();
    private final Map<Integer, String> sums = new HashMap<>();

    RepeatedBackwardWriter(BlockWriter blocks, ScopeNames scope, Statement.BlockBackward block) {
        this.blocks = blocks;
        this.scope = scope;
        this.block = block;
        use = block.node();
        inner = block.runs().get(0).routine().scope();
    }

    CodeBlock write() {
        declare();
        new SegmentWriter(blocks, scope, use).backward(code, block.runs(), this::body);
        finish();
        return code.build();
    }

    private void declare() {
        for (int k = 0; k < use.outputs().size(); k++) {
            OptionalInt feeds = use.feeds().get(k);
            if (feeds.isPresent()) {
                String name = "d" + ScopeWriter.upper(ScopeWriter.variable(use))
                        + ScopeWriter.upper(
                                inner.scope().inputs().get(feeds.getAsInt()).name());
                carried.put(k, name);
                Optional<Operand.Tensor> given = block.arguments().get(k);
                code.addStatement(
                        "$T $L = $L",
                        Names.TENSOR,
                        name,
                        given.isPresent() ? StatementWriter.operand(given.get()) : CodeBlock.of("null"));
            }
        }
        for (int j = 0; j < use.inputs().size(); j++) {
            if (!isFed(j) && block.results().get(j).isPresent()) {
                String name = block.results().get(j).get().name();
                sums.put(j, name);
                code.addStatement("$T $L = null", Names.TENSOR, name);
            }
        }
    }

    private boolean isFed(int input) {
        return use.feeds().stream().anyMatch(f -> f.isPresent() && f.getAsInt() == input);
    }

    private int feeder(int input) {
        for (int k = 0; k < use.feeds().size(); k++) {
            if (use.feeds().get(k).isPresent() && use.feeds().get(k).getAsInt() == input) {
                return k;
            }
        }
        return -1;
    }

    private CodeBlock body(Statement.Run run, String index) {
        CodeBlock.Builder body = CodeBlock.builder();
        body.addStatement("ops.enter($S, $L)", use.name(), index);
        Routine routine = run.routine();
        List<CodeBlock> arguments = new ArrayList<>();
        for (int k = 0; k < routine.arguments().size(); k++) {
            if (routine.arguments().get(k).isPresent()) {
                arguments.add(argument(k, index));
            }
        }
        CodeBlock call = blocks.call(use, routine, index, arguments);
        List<Integer> made = new ArrayList<>();
        for (int j = 0; j < routine.results().size(); j++) {
            if (routine.results().get(j).isPresent()) {
                made.add(j);
            }
        }
        if (made.isEmpty()) {
            body.addStatement(call);
        } else if (made.size() == 1) {
            take(body, made.get(0), call);
        } else {
            String variable = BlockWriter.made(use, index);
            body.addStatement("$T $L = $L", Names.TENSORS, variable, call);
            for (int m = 0; m < made.size(); m++) {
                take(body, made.get(m), CodeBlock.of("$L[$L]", variable, m));
            }
        }
        body.addStatement("$L = null", blocks.saved(use, routine.scope(), index));
        return body.addStatement("ops.leave()").build();
    }

    private CodeBlock argument(int output, String index) {
        if (carried.containsKey(output)) {
            return CodeBlock.of("$L", carried.get(output));
        }
        Operand.Tensor given = block.arguments().get(output).orElseThrow();
        return switch (inner.scope().outputs().get(output).collect()) {
            case LAST -> StatementWriter.operand(given);
            case SUM -> CodeBlock.of("ops.share($L)", StatementWriter.read(given.slot()));
            case STACK -> CodeBlock.of("ops.select($L, 0, $L)", StatementWriter.read(given.slot()), index);
        };
    }

    private void take(CodeBlock.Builder body, int input, CodeBlock gradient) {
        if (isFed(input)) {
            body.addStatement("$L = $L", carried.get(feeder(input)), gradient);
        } else {
            body.addStatement("$L = ops.accumulate($L, $L)", sums.get(input), sums.get(input), gradient);
        }
    }

    private void finish() {
        BlockWriter.scopes(block.runs())
                .forEach(s -> code.addStatement("s.$L = null", scope.blockSaved(use, s.scope())));
        for (int k = 0; k < use.outputs().size(); k++) {
            Optional<Operand.Tensor> given = block.arguments().get(k);
            if (use.feeds().get(k).isEmpty()
                    && given.isPresent()
                    && inner.scope().outputs().get(k).collect() != ScopeOutput.Collect.LAST
                    && given.get().access() == Operand.Access.MOVE) {
                code.addStatement("$L.close()", StatementWriter.read(given.get().slot()));
            }
        }
        for (int j = 0; j < use.inputs().size(); j++) {
            Optional<Slot> result = block.results().get(j);
            if (result.isPresent() && isFed(j)) {
                BlockWriter.assignResult(code, result, Objects.requireNonNull(carried.get(feeder(j))));
            } else if (result.isPresent() && result.get().field()) {
                code.addStatement("s.$L = $L", result.get().name(), sums.get(j));
            }
        }
    }
}
