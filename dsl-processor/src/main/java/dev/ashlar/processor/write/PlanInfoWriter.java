package dev.ashlar.processor.write;

import com.palantir.javapoet.CodeBlock;
import dev.ashlar.processor.graph.IdRange;
import dev.ashlar.processor.graph.ScopeInput;
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
        arguments.add(CodeBlock.of("1"));
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
        boolean ids = input.value().type().element() == Element.INT64;
        IdRange range = IdRange.of(program.graph().graph().root(), input.value());
        return CodeBlock.of(
                "new $T($S, $T.$L, $T.of($L), $LL, $L)",
                Names.INPUT_INFO,
                input.name(),
                Names.DTYPE,
                ids ? "INT64" : "FLOAT32",
                List.class,
                input.value().type().sizes().stream().map(n -> n + "L").collect(Collectors.joining(", ")),
                range.bound().orElse(-1),
                range.alsoAllowed().isPresent()
                        ? range.alsoAllowed().getAsLong() + "L"
                        : CodeBlock.of("$T.NONE", Names.INPUT_INFO));
    }
}
