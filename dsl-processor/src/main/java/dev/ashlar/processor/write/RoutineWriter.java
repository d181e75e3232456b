package dev.ashlar.processor.write;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.ParameterSpec;
import com.palantir.javapoet.TypeName;
import dev.ashlar.processor.program.Operand;
import dev.ashlar.processor.program.Routine;
import dev.ashlar.processor.program.ScopeNames;
import dev.ashlar.processor.program.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.lang.model.element.Modifier;

/** Prints a routine as a method, or as several where one would be too long. */
final class RoutineWriter {
    private final OperatorComments comments;
    private final Set<ScopeNames> random;

    RoutineWriter(OperatorComments comments, Set<ScopeNames> random) {
        this.comments = comments;
        this.random = random;
    }

    /**
     * The methods.
     *
     * @param root whether it is the model's own routine, whose backward knows the weight of the batch
     */
    List<MethodSpec> write(Routine routine, boolean root) {
        boolean weighted = root && routine.direction() == Routine.Direction.BACKWARD;
        List<MethodSpec> methods = new ArrayList<>();
        int parts = routine.parts().size();
        for (int i = 0; i < parts; i++) {
            boolean last = i == parts - 1;
            MethodSpec.Builder method = MethodSpec.methodBuilder(
                            parts == 1 ? routine.name() : routine.name() + "Part" + (i + 1))
                    .addModifiers(Modifier.PRIVATE);
            if (parts == 1) {
                method.addJavadoc(javadoc(routine));
            }
            signature(method, routine, i == 0, weighted);
            method.addCode(new StatementWriter(comments, new BlockWriter(routine.scope(), random), routine.direction())
                    .write(routine.parts().get(i)));
            if (last) {
                returns(method, routine);
            }
            methods.add(method.build());
        }
        if (parts > 1) {
            methods.add(0, dispatcher(routine, weighted));
        }
        return methods;
    }

    private static void signature(MethodSpec.Builder method, Routine routine, boolean first, boolean weighted) {
        ScopeNames names = routine.scope();
        method.addParameter(ClassName.get("", names.parametersType()), "p");
        if (routine.usesFields()) {
            method.addParameter(ClassName.get("", names.savedType()), "s");
        }
        if (weighted) {
            method.addParameter(TypeName.DOUBLE, "batchWeight");
        }
        if (first) {
            for (Optional<Slot> argument : routine.arguments()) {
                argument.ifPresent(a -> method.addParameter(
                        ParameterSpec.builder(Names.TENSOR, a.name()).build()));
            }
        }
    }

    private static CodeBlock arguments(Routine routine, boolean first, boolean weighted) {
        List<CodeBlock> arguments = new ArrayList<>();
        arguments.add(CodeBlock.of("p"));
        if (routine.usesFields()) {
            arguments.add(CodeBlock.of("s"));
        }
        if (weighted) {
            arguments.add(CodeBlock.of("batchWeight"));
        }
        if (first) {
            routine.arguments().forEach(a -> a.ifPresent(x -> arguments.add(CodeBlock.of("$L", x.name()))));
        }
        return CodeBlock.join(arguments, ", ");
    }

    private MethodSpec dispatcher(Routine routine, boolean weighted) {
        MethodSpec.Builder method = MethodSpec.methodBuilder(routine.name())
                .addModifiers(Modifier.PRIVATE)
                .addJavadoc(javadoc(routine));
        signature(method, routine, true, weighted);
        int parts = routine.parts().size();
        for (int i = 0; i < parts; i++) {
            CodeBlock call = CodeBlock.of("$LPart$L($L)", routine.name(), i + 1, arguments(routine, i == 0, weighted));
            if (i == parts - 1 && !returned(routine).isEmpty()) {
                method.addStatement("return $L", call).returns(returnType(routine));
            } else {
                method.addStatement(call);
            }
        }
        return method.build();
    }

    private static List<Operand.Tensor> returned(Routine routine) {
        return routine.results().stream().flatMap(Optional::stream).toList();
    }

    private static TypeName returnType(Routine routine) {
        int count = returned(routine).size();
        return count == 0 ? TypeName.VOID : count == 1 ? Names.TENSOR : Names.TENSORS;
    }

    private static void returns(MethodSpec.Builder method, Routine routine) {
        List<Operand.Tensor> returned = returned(routine);
        method.returns(returnType(routine));
        if (returned.size() == 1) {
            method.addStatement("return $L", StatementWriter.operand(returned.get(0)));
        } else if (returned.size() > 1) {
            method.addStatement(
                    "return new $T {$L}",
                    Names.TENSORS,
                    CodeBlock.join(
                            returned.stream().map(StatementWriter::operand).toList(), ",$W"));
        }
    }

    private static String javadoc(Routine routine) {
        String scope = routine.scope().scope().typeName();
        return switch (routine.direction()) {
            case FORWARD -> "Forward of " + scope + ". Keeps for backward: " + list(routine.saved()) + ".\n";
            case PASS -> "Forward of " + scope + " that keeps nothing: it runs again before backward.\n";
            case EVALUATE -> "Forward of " + scope + " for evaluation: keeps nothing.\n";
            case BACKWARD -> "Backward of " + scope + ".\n";
        };
    }

    private static String list(List<Slot> slots) {
        return slots.isEmpty() ? "nothing" : slots.stream().map(Slot::name).collect(Collectors.joining(", "));
    }
}
