package dev.ashlar.processor.write;

import com.palantir.javapoet.ArrayTypeName;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import dev.ashlar.processor.graph.Node;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Scope;
import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.graph.Trainable;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.graph.Whole;
import dev.ashlar.processor.op.Initial;
import dev.ashlar.processor.program.ScopeNames;
import dev.ashlar.processor.program.Slot;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import javax.lang.model.element.Modifier;

/** Prints the two classes of a scope: its parameters, and what forward saves for backward. */
final class ScopeWriter {
    /** Statements in one method of construction; keeps it far below 8,000 bytecodes. */
    private static final int PART_STATEMENTS = 100;

    private final Map<Scope, ScopeNames> byScope = new IdentityHashMap<>();
    private final Map<Scope, List<String>> paths = new IdentityHashMap<>();
    private final Trainable trainable;
    private final Set<ScopeNames> random;

    ScopeWriter(List<ScopeNames> scopes, Scope root, Trainable trainable, Set<ScopeNames> random) {
        scopes.forEach(s -> byScope.put(s.scope(), s));
        this.trainable = trainable;
        this.random = random;
        collect(root, "");
    }

    private void collect(Scope scope, String path) {
        paths.computeIfAbsent(scope, s -> new ArrayList<>()).add(path);
        for (Node node : scope.nodes()) {
            if (node instanceof UseNode use && use.tiedTo().isEmpty()) {
                long own = use.shared() ? 1 : use.count();
                for (long i = 0; i < own; i++) {
                    collect(use.scope(i), path + Trainable.instance(use, i));
                }
            }
        }
    }

    /** Name of the variables of a use. */
    static String variable(UseNode use) {
        return use.name();
    }

    static String upper(String name) {
        return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    }

    private static TypeName blockType(String simpleName, boolean array) {
        ClassName type = ClassName.get("", simpleName);
        return array ? ArrayTypeName.of(type) : type;
    }

    TypeSpec saved(ScopeNames names) {
        TypeSpec.Builder type = TypeSpec.classBuilder(names.savedType())
                .addModifiers(Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
                .addJavadoc(
                        "What forward of $L leaves for backward, which closes it.\n",
                        names.scope().typeName());
        if (random.contains(names)) {
            type.addField(FieldSpec.builder(TypeName.LONG, "key", Modifier.FINAL)
                    .addJavadoc("Tells this repetition's dropout masks from the others'.\n")
                    .build());
            type.addMethod(MethodSpec.constructorBuilder()
                    .addParameter(TypeName.LONG, "key")
                    .addStatement("this.key = key")
                    .build());
        }
        for (Slot slot : names.fields().values()) {
            type.addField(Names.TENSOR, slot.name());
        }
        for (Node node : names.scope().nodes()) {
            if (node instanceof UseNode use) {
                for (Scope inner : use.scopes()) {
                    Optional.ofNullable(byScope.get(inner))
                            .ifPresent(s -> type.addField(
                                    blockType(s.savedType(), use.repeats().isPresent()), names.blockSaved(use, inner)));
                }
                if (names.isSegmented(use)) {
                    type.addField(ArrayTypeName.of(Names.TENSORS), names.blockSegments(use));
                }
            }
        }
        return type.build();
    }

    TypeSpec parameters(ScopeNames names) {
        TypeSpec.Builder type = TypeSpec.classBuilder(names.parametersType())
                .addModifiers(Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
                .addJavadoc("Parameters of $L.\n", names.scope().typeName());
        List<FieldSpec.Builder> fields = new ArrayList<>();
        List<CodeBlock> statements = new ArrayList<>();
        Set<ScopeParameter> written = new HashSet<>();
        for (Node node : names.scope().nodes()) {
            if (node instanceof OperatorNode operator) {
                for (int i = 0; i < operator.parameters().size(); i++) {
                    ScopeParameter parameter = operator.stored(i);
                    if (written.add(parameter)) {
                        fields.add(FieldSpec.builder(Names.PARAMETER, names.parameter(parameter)));
                        statements.add(create(names, parameter));
                    }
                }
            } else if (node instanceof UseNode use) {
                boolean array = use.repeats().isPresent() && !use.shared();
                for (Scope inner : use.scopes()) {
                    fields.add(FieldSpec.builder(blockType(parametersType(inner), array), names.block(use, inner)));
                }
                statements.add(array && use.tiedTo().isEmpty() ? repeated(names, use) : create(names, use));
            }
        }
        // A constructor in parts cannot assign final fields.
        Modifier[] modifiers = statements.size() > PART_STATEMENTS ? new Modifier[0] : new Modifier[] {Modifier.FINAL};
        fields.forEach(f -> type.addField(f.addModifiers(modifiers).build()));
        constructor(type, statements);
        return type.build();
    }

    private static void constructor(TypeSpec.Builder type, List<CodeBlock> statements) {
        MethodSpec.Builder constructor = MethodSpec.constructorBuilder()
                .addParameter(Names.PARAMETER_STORE, "store")
                .addParameter(String.class, "path");
        if (statements.size() <= PART_STATEMENTS) {
            statements.forEach(constructor::addCode);
            type.addMethod(constructor.build());
            return;
        }
        for (int from = 0, part = 1; from < statements.size(); from += PART_STATEMENTS, part++) {
            MethodSpec.Builder create = MethodSpec.methodBuilder("create" + part)
                    .addModifiers(Modifier.PRIVATE)
                    .addParameter(Names.PARAMETER_STORE, "store")
                    .addParameter(String.class, "path");
            statements
                    .subList(from, Math.min(statements.size(), from + PART_STATEMENTS))
                    .forEach(create::addCode);
            constructor.addStatement("create$L(store, path)", part);
            type.addMethod(create.build());
        }
        type.addMethod(constructor.build());
    }

    private CodeBlock create(ScopeNames names, ScopeParameter parameter) {
        String field = names.parameter(parameter);
        List<String> at = paths.getOrDefault(names.scope(), List.of());
        Uniform trains = uniform(at, parameter, trainable::trains);
        CodeBlock common = CodeBlock.of("path + $S, $L", parameter.name(), init(parameter));
        CodeBlock shape = shape(parameter);
        if (parameter.declaration().buffer()) {
            return CodeBlock.builder()
                    .addStatement("$L = store.buffer($L$L)", field, common, shape)
                    .build();
        }
        CodeBlock trained = CodeBlock.of("store.trainable($L, $L$L)", common, decays(at, parameter), shape);
        CodeBlock frozen = CodeBlock.of("store.frozen($L$L)", common, shape);
        CodeBlock made = switch (trains) {
            case ALL -> trained;
            case NONE -> frozen;
            case SOME -> CodeBlock.of("$L ?$W$L :$W$L", isOneOf(at, parameter, trainable::trains), trained, frozen);
        };
        return CodeBlock.builder().addStatement("$L = $L", field, made).build();
    }

    /** The sizes of the whole; before them the layout, if it is cut. */
    private static CodeBlock shape(ScopeParameter parameter) {
        List<Long> sizes =
                parameter.whole().map(Whole::sizes).orElse(parameter.type().sizes());
        Optional<String> layout = Layouts.of(parameter);
        return CodeBlock.of(
                "$L$L",
                layout.map(l -> CodeBlock.of(", $S", l)).orElse(CodeBlock.of("")),
                sizes.stream().map(n -> ", " + n).collect(Collectors.joining()));
    }

    private CodeBlock decays(List<String> at, ScopeParameter parameter) {
        return switch (uniform(at, parameter, trainable::decays)) {
            case ALL -> CodeBlock.of("true");
            case NONE -> CodeBlock.of("false");
            case SOME -> isOneOf(at, parameter, trainable::decays);
        };
    }

    private enum Uniform {
        ALL,
        NONE,
        SOME
    }

    private static Uniform uniform(
            List<String> paths, ScopeParameter parameter, BiPredicate<String, ScopeParameter> test) {
        long yes = paths.stream().filter(p -> test.test(p, parameter)).count();
        return yes == paths.size() ? Uniform.ALL : yes == 0 ? Uniform.NONE : Uniform.SOME;
    }

    private static CodeBlock isOneOf(
            List<String> paths, ScopeParameter parameter, BiPredicate<String, ScopeParameter> test) {
        List<CodeBlock> yes = paths.stream()
                .filter(p -> test.test(p, parameter))
                .map(p -> CodeBlock.of("$S", p))
                .toList();
        return CodeBlock.of("$T.of($L).contains(path)", List.class, CodeBlock.join(yes, ",$W"));
    }

    private static CodeBlock init(ScopeParameter parameter) {
        Initial initial = parameter.declaration().initial().resolved(parameter.type());
        if (initial instanceof Initial.Constant constant) {
            return CodeBlock.of("$T.constant($L)", Names.INIT, constant.value());
        }
        if (initial instanceof Initial.Normal normal) {
            return CodeBlock.of("$T.normal($L)", Names.INIT, normal.standardDeviation());
        }
        return CodeBlock.of("$T.uniform($L)", Names.INIT, ((Initial.Uniform) initial).bound());
    }

    private String parametersType(Scope inner) {
        return Objects.requireNonNull(byScope.get(inner)).parametersType();
    }

    /** @throws IllegalStateException if repetitions differ that share one set of parameters */
    private CodeBlock create(ScopeNames names, UseNode use) {
        if (use.scopes().size() > 1) {
            throw new IllegalStateException("the repetitions of " + use.name() + " differ but share their parameters");
        }
        CodeBlock.Builder code = CodeBlock.builder();
        String field = names.block(use, use.scope());
        if (use.tiedTo().isPresent()) {
            String other = names.scope().nodes().stream()
                    .filter(n -> n.name().equals(use.tiedTo().get()))
                    .map(n -> names.block((UseNode) n, ((UseNode) n).scope()))
                    .findFirst()
                    .orElseThrow();
            return code.addStatement("$L = $L", field, other).build();
        }
        return code.addStatement("$L = new $L(store, path + $S)", field, parametersType(use.scope()), use.name() + ".")
                .build();
    }

    /** Repetitions with another scope are in another array, each at its own index. */
    private CodeBlock repeated(ScopeNames names, UseNode use) {
        CodeBlock.Builder code = CodeBlock.builder();
        for (Scope inner : use.scopes()) {
            code.addStatement("$L = new $L[$L]", names.block(use, inner), parametersType(inner), use.count());
        }
        long from = 0;
        while (from < use.count()) {
            Scope inner = use.scope(from);
            long to = from + 1;
            while (to < use.count() && use.scope(to) == inner) {
                to++;
            }
            String end = to == use.count() ? names.block(use, inner) + ".length" : Long.toString(to);
            code.beginControlFlow("for (int i = $L; i < $L; i++)", from, end);
            code.addStatement(
                    "$L[i] = new $L(store, path + $S + i + $S)",
                    names.block(use, inner),
                    parametersType(inner),
                    use.name() + ".",
                    ".");
            code.endControlFlow();
            from = to;
        }
        return code.build();
    }
}
