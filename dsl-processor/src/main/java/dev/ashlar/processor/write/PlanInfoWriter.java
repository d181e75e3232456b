package dev.ashlar.processor.write;

import com.palantir.javapoet.CodeBlock;
import dev.ashlar.processor.graph.IdRange;
import dev.ashlar.processor.graph.ScopeInput;
import dev.ashlar.processor.graph.Whole;
import dev.ashlar.processor.op.Element;
import dev.ashlar.processor.program.Program;
import dev.ashlar.processor.spec.PlanSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Prints the constant that tells the runtime what the plan expects. */
final class PlanInfoWriter {
    private final Program program;
    private final StepFacts facts;

    PlanInfoWriter(Program program, StepFacts facts) {
        this.program = program;
        this.facts = facts;
    }

    CodeBlock write() {
        PlanSpec plan = program.graph().graph().spec();
        List<CodeBlock> arguments = new ArrayList<>();
        arguments.add(CodeBlock.of("$S", plan.model().simpleName()));
        arguments.add(CodeBlock.of("$S", plan.simpleName()));
        arguments.add(CodeBlock.of("$S", facts.modelHash()));
        arguments.add(CodeBlock.of("$S", facts.planHash()));
        arguments.add(CodeBlock.of("$S", facts.device()));
        arguments.add(CodeBlock.of(
                "$T.of($L)",
                List.class,
                facts.mesh().stream().map(String::valueOf).collect(Collectors.joining(", "))));
        arguments.add(CodeBlock.of("$T.$L", Names.PRECISION, plan.train().precision()));
        arguments.add(CodeBlock.of("$T.$L", Names.OPTIMIZER_KIND, plan.train().optimizer()));
        arguments.add(CodeBlock.of("$L", plan.train().clipping()));
        arguments.add(CodeBlock.of("$LL", facts.budgetBytes()));
        arguments.add(CodeBlock.of("$LL", facts.peakBytes()));
        arguments.add(CodeBlock.of("$LL", facts.parameterBytes()));
        arguments.add(CodeBlock.of("$LL", facts.optimizerBytes()));
        arguments.add(list(program.graph().graph().root().inputs().stream()
                .map(this::input)
                .toList()));
        arguments.add(
                list(facts.summary().stream().map(l -> CodeBlock.of("$S", l)).toList()));
        return CodeBlock.of("new $T(\n$>$>$L$<$<)", Names.PLAN_INFO, CodeBlock.join(arguments, ",\n"));
    }

    private static CodeBlock list(List<CodeBlock> elements) {
        return elements.isEmpty()
                ? CodeBlock.of("$T.of()", List.class)
                : CodeBlock.of("$T.of(\n$>$>$L$<$<)", List.class, CodeBlock.join(elements, ",\n"));
    }

    private CodeBlock input(ScopeInput input) {
        CodeBlock whole = wholeInput(input);
        return input.whole()
                .filter(Layouts::isCut)
                .map(w -> CodeBlock.of("$L.laidOut($L)", whole, Layouts.of(w)))
                .orElse(whole);
    }

    private CodeBlock wholeInput(ScopeInput input) {
        IdRange range = IdRange.of(program.graph().graph().root(), input.value());
        String dtype = input.value().type().element() == Element.INT64 ? "INT64" : "FLOAT32";
        List<Long> sizes = new ArrayList<>(
                input.whole().map(Whole::sizes).orElse(input.value().type().sizes()));
        int parts = program.graph().form().microBatches();
        if (parts > 1) {
            sizes.set(0, parts * sizes.get(0)); // all inputs begin with the batch
        }
        String shape = sizes.stream().map(n -> ", " + n).collect(Collectors.joining());
        if (range.bound().isEmpty()) {
            return CodeBlock.of("$T.values($S, $T.$L$L)", Names.INPUT_INFO, input.name(), Names.DTYPE, dtype, shape);
        }
        long bound = range.bound().getAsLong();
        return range.alsoAllowed().isPresent()
                ? CodeBlock.of(
                        "$T.targets($S, $L, $L$L)",
                        Names.INPUT_INFO,
                        input.name(),
                        bound,
                        range.alsoAllowed().getAsLong(),
                        shape)
                : CodeBlock.of("$T.ids($S, $L$L)", Names.INPUT_INFO, input.name(), bound, shape);
    }
}
