package dev.ashlar.processor.spec;

import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.Source;
import java.util.List;

/** Checks which annotations stand together on a method. */
final class MethodRules {
    private final Context context;

    MethodRules(Context context) {
        this.context = context;
    }

    /** Whether the method says exactly one thing; reports what is wrong. */
    boolean check(MethodSpec method, boolean block) {
        List<AnnotationSpec> operators = method.annotations().stream()
                .filter(a -> !Structural.NAMES.contains(a.name()))
                .toList();
        if (operators.isEmpty()) {
            return none(method);
        }
        if (operators.size() > 1) {
            return several(method, operators.get(0), operators.get(1));
        }
        AnnotationSpec operator = operators.get(0);
        return switch (operator.name()) {
            case "Input" -> input(method);
            case "Use" -> lossInModel(method, block);
            default -> repeatsBlock(method, operator) && lossInModel(method, block);
        };
    }

    private boolean none(MethodSpec method) {
        String name = method.name();
        String meant = context.operators().stream()
                .filter(o -> o.equalsIgnoreCase(name))
                .map(o -> " Did you mean '@" + o + "'?")
                .findFirst()
                .orElse("");
        return wrong(
                Code.OPERATOR_COUNT,
                method.source(),
                "Nothing says how '%s' is made. Annotate it with @Input, with @Use of a block, or with an operator such as @Linear or @Add.%s"
                        .formatted(name, meant));
    }

    private boolean several(MethodSpec method, AnnotationSpec first, AnnotationSpec second) {
        String name = method.name();
        return wrong(
                Code.OPERATOR_COUNT,
                second.source(),
                "'%s' is made by both @%s and @%s, but a method is one operator. Give each its own method and let the second read the first."
                        .formatted(name, first.name(), second.name()));
    }

    private boolean input(MethodSpec method) {
        for (AnnotationSpec annotation : method.annotations()) {
            if (!annotation.name().equals("Input")) {
                return wrong(
                        Code.MISPLACED_ANNOTATION,
                        annotation.source(),
                        "@%s cannot stand on the input '%s', which is given and not made here. Remove it, or move it to the method that makes the tensor."
                                .formatted(annotation.name(), method.name()));
            }
        }
        if (!method.parameters().isEmpty()) {
            return wrong(
                    Code.BAD_METHOD,
                    method.parameters().get(0).source(),
                    "The input '%s' reads '%s', but an input is given and reads nothing. Remove its parameters, or replace @Input by an operator."
                            .formatted(method.name(), method.parameters().get(0).name()));
        }
        return true;
    }

    private boolean repeatsBlock(MethodSpec method, AnnotationSpec operator) {
        return method.annotation("Repeat")
                .map(repeat -> wrong(
                        Code.MISPLACED_ANNOTATION,
                        repeat.source(),
                        "@Repeat repeats a block, and '%s' is a @%s. Put it into a @Block of its own and use that with @Use, or remove @Repeat."
                                .formatted(method.name(), operator.name())))
                .orElse(true);
    }

    private boolean lossInModel(MethodSpec method, boolean block) {
        if (!block) {
            return true;
        }
        return method.annotation("Loss")
                .map(loss -> wrong(
                        Code.MISPLACED_ANNOTATION,
                        loss.source(),
                        "'%s' is a loss within a block, but only a model says what is trained. Make it an @Output and put @Loss on a method of the model."
                                .formatted(method.name())))
                .orElse(true);
    }

    private boolean wrong(Code code, Source place, String message) {
        context.diagnostics().error(code, place, message);
        return false;
    }
}
