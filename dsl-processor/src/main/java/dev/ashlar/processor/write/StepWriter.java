package dev.ashlar.processor.write;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.ParameterizedTypeName;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import dev.ashlar.processor.graph.MicroBatches;
import dev.ashlar.processor.graph.Scope;
import dev.ashlar.processor.graph.ScopeLoss;
import dev.ashlar.processor.graph.ScopeOutput;
import dev.ashlar.processor.program.Program;
import dev.ashlar.processor.program.Routine;
import dev.ashlar.processor.program.ScopeNames;
import dev.ashlar.processor.program.StepSettings;
import dev.ashlar.processor.spec.PlanSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;

/** Prints the class that executes a plan. */
public final class StepWriter {
    private final StepFacts facts;
    private final Program program;
    private final PlanSpec plan;
    private final Scope root;
    private final ScopeNames rootNames;
    private final ClassName type;
    private final ClassName batch;
    private final Set<ScopeNames> random;

    /** Prints one program with what is known about its plan. */
    public StepWriter(Program program, StepFacts facts) {
        this.program = program;
        this.facts = facts;
        plan = program.graph().graph().spec();
        root = program.graph().graph().root();
        rootNames = program.scopes().get(0);
        type = ClassName.get(plan.packageName(), plan.simpleName() + "Step");
        batch = ClassName.get(plan.model().packageName(), plan.model().simpleName() + "Batch");
        random = random(program);
    }

    private static Set<ScopeNames> random(Program program) {
        Set<ScopeNames> random = new HashSet<>();
        Stream.concat(program.routines().stream(), program.forward().stream())
                .filter(r -> r.direction() == Routine.Direction.FORWARD && ScopeNames.random(r.variant()))
                .forEach(r -> random.add(r.scope()));
        return random;
    }

    /** The file. */
    public JavaFile write(Optional<ClassName> generated) {
        TypeSpec.Builder step = TypeSpec.classBuilder(type)
                .addModifiers(Modifier.PUBLIC, Modifier.FINAL)
                .superclass(ParameterizedTypeName.get(Names.PLANNED_STEP, batch))
                .addJavadoc(javadoc());
        generated.ifPresent(g -> step.addAnnotation(com.palantir.javapoet.AnnotationSpec.builder(g)
                .addMember("value", "$S", "dev.ashlar.processor.AshlarProcessor")
                .build()));
        step.addField(FieldSpec.builder(Names.PLAN_INFO, "PLAN", Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
                .initializer(new PlanInfoWriter(program, facts).write())
                .build());
        step.addField(FieldSpec.builder(
                        ClassName.get("", rootNames.parametersType()), "parameters", Modifier.PRIVATE, Modifier.FINAL)
                .build());
        step.addMethod(constructor());
        open(step);
        hooks(step);
        passes(step);
        routines(step);
        ScopeWriter scopes =
                new ScopeWriter(program.scopes(), root, program.graph().trainable(), random);
        for (ScopeNames names : program.scopes()) {
            step.addType(scopes.parameters(names));
        }
        for (ScopeNames names : program.scopes()) {
            step.addType(scopes.saved(names));
        }
        return JavaFile.builder(plan.packageName(), step.build())
                .indent("    ")
                .skipJavaLangImports(true)
                .build();
    }

    private CodeBlock javadoc() {
        CodeBlock.Builder doc = CodeBlock.builder();
        doc.add(
                "Executes the plan {@link $T}, written by Ashlar.\n\n<pre>\n",
                ClassName.get(plan.packageName(), plan.nestedName()));
        facts.summary().forEach(line -> doc.add("$L\n", line));
        return doc.add("</pre>\n").build();
    }

    private MethodSpec constructor() {
        return MethodSpec.constructorBuilder()
                .addModifiers(Modifier.PRIVATE)
                .addParameter(Names.RANKS, "ranks")
                .addParameter(Names.SEED, "seed")
                .addParameter(Names.SETTINGS, "settings")
                .addStatement("super(PLAN, ranks, seed, settings)")
                .addStatement("parameters = new $L(store, $S)", rootNames.parametersType(), "")
                .addStatement("ready()")
                .build();
    }

    private void open(TypeSpec.Builder step) {
        step.addMethod(MethodSpec.methodBuilder("open")
                .addModifiers(Modifier.PUBLIC, Modifier.STATIC)
                .addJavadoc("Opens the step with the optimizer's default settings.\n")
                .returns(type)
                .addParameter(Names.RANKS, "ranks")
                .addParameter(Names.SEED, "seed")
                .addStatement("return open(ranks, seed, $T.defaults(PLAN.optimizer()))", Names.SETTINGS)
                .build());
        step.addMethod(MethodSpec.methodBuilder("open")
                .addModifiers(Modifier.PUBLIC, Modifier.STATIC)
                .addJavadoc("Opens the step.\n")
                .returns(type)
                .addParameter(Names.RANKS, "ranks")
                .addParameter(Names.SEED, "seed")
                .addParameter(Names.SETTINGS, "settings")
                .addStatement("return new $T(ranks, seed, settings)", type)
                .build());
    }

    private static MethodSpec.Builder override(String name, Modifier access, TypeName returns) {
        return MethodSpec.methodBuilder(name)
                .addAnnotation(Override.class)
                .addModifiers(access)
                .returns(returns);
    }

    private void hooks(TypeSpec.Builder step) {
        TypeName hosts = ParameterizedTypeName.get(ClassName.get(List.class), Names.HOST_TENSOR);
        TypeName strings = ParameterizedTypeName.get(List.class, String.class);
        step.addMethod(override("inputs", Modifier.PROTECTED, hosts)
                .addParameter(batch, "batch")
                .addStatement(
                        "return $T.of($L)",
                        List.class,
                        root.inputs().stream()
                                .map(i -> "batch." + i.name() + "()")
                                .collect(Collectors.joining(", ")))
                .build());
        step.addMethod(override("batch", Modifier.PUBLIC, batch)
                .addParameter(hosts, "inputs")
                .addStatement(
                        "return new $T($L)",
                        batch,
                        IntStream.range(0, root.inputs().size())
                                .mapToObj(i -> "inputs.get(" + i + ")")
                                .collect(Collectors.joining(", ")))
                .build());
        step.addMethod(override("lossNames", Modifier.PROTECTED, strings)
                .addStatement(
                        "return $T.of($L)",
                        List.class,
                        quoted(root.losses().stream().map(ScopeLoss::name)))
                .build());
        step.addMethod(override(
                        "lossWeights", Modifier.PROTECTED, com.palantir.javapoet.ArrayTypeName.of(TypeName.DOUBLE))
                .addStatement(
                        "return new double[] {$L}",
                        root.losses().stream()
                                .map(l -> Double.toString(l.weight()))
                                .collect(Collectors.joining(", ")))
                .build());
        step.addMethod(override("outputNames", Modifier.PROTECTED, strings)
                .addStatement(
                        "return $T.of($L)",
                        List.class,
                        quoted(root.outputs().stream().map(ScopeOutput::name)))
                .build());
        outputLayouts(step);
        if (program.graph().form().microBatches() > 1) {
            step.addMethod(override("microBatches", Modifier.PROTECTED, Names.MICRO_BATCHES)
                    .addComment("forwardBackward, losses and outputs run one micro-batch after the other")
                    .addStatement("return $L", microBatches())
                    .build());
        }
        if (program.graph().form().updateInBackward()) {
            step.addMethod(override("updatesInBackward", Modifier.PROTECTED, TypeName.BOOLEAN)
                    .addStatement("return true")
                    .build());
        }
        if (StepSettings.of(program.graph()).updatesInParts()) {
            step.addMethod(override("mostUpdatedAtOnce", Modifier.PROTECTED, TypeName.LONG)
                    .addStatement("return $LL", program.graph().form().mostUpdatedAtOnce())
                    .build());
        }
    }

    private CodeBlock microBatches() {
        MicroBatches.Counted counted = MicroBatches.counted(program.graph());
        int parts = program.graph().form().microBatches();
        return counted.targets().isEmpty()
                ? CodeBlock.of("$T.equal($L)", Names.MICRO_BATCHES, parts)
                : CodeBlock.of(
                        "$T.counting($L, $L, $LL)",
                        Names.MICRO_BATCHES,
                        parts,
                        counted.targets().getAsLong(),
                        counted.ignored());
    }

    private void outputLayouts(TypeSpec.Builder step) {
        List<CodeBlock> layouts = root.outputs().stream()
                .map(o -> o.whole().map(Layouts::of).orElse(CodeBlock.of("$T.whole()", Names.LAYOUT)))
                .toList();
        if (root.outputs().stream()
                .anyMatch(o -> o.whole().filter(Layouts::isCut).isPresent())) {
            step.addMethod(override(
                            "outputLayouts",
                            Modifier.PROTECTED,
                            ParameterizedTypeName.get(ClassName.get(List.class), Names.LAYOUT))
                    .addStatement("return $T.of($L)", List.class, CodeBlock.join(layouts, ", "))
                    .build());
        }
    }

    private static String quoted(Stream<String> names) {
        return names.map(n -> "\"" + n + "\"").collect(Collectors.joining(", "));
    }

    private void passes(TypeSpec.Builder step) {
        MethodSpec.Builder train = override("forwardBackward", Modifier.PROTECTED, Names.TENSORS)
                .addParameter(Names.TENSORS, "inputs")
                .addParameter(TypeName.DOUBLE, "weight");
        if (program.forward().isPresent()) {
            Routine forward = program.forward().get();
            String key = random.contains(rootNames) ? "0" : "";
            train.addStatement("$L s = new $L($L)", rootNames.savedType(), rootNames.savedType(), key);
            train.addStatement("$T losses = known($L)", Names.TENSORS, array(forward, call(forward, true)));
            train.addStatement(
                    "$L(parameters, s, weight)",
                    program.backward().orElseThrow().name());
            train.addStatement("return losses");
        } else {
            train.addStatement(
                    "throw new $T($S)",
                    ClassName.get("dev.ashlar.runtime", "AshlarException"),
                    plan.simpleName() + " is planned for evaluation; plan it with mode = Mode.TRAIN to train it");
        }
        step.addMethod(train.build());
        step.addMethod(evaluation("losses", program.losses()));
        step.addMethod(evaluation("outputs", program.outputs()));
    }

    private MethodSpec evaluation(String name, Optional<Routine> routine) {
        MethodSpec.Builder method =
                override(name, Modifier.PROTECTED, Names.TENSORS).addParameter(Names.TENSORS, "inputs");
        if (routine.isEmpty()) {
            return method.addStatement("for ($T input : inputs) input.close()", Names.TENSOR)
                    .addStatement("return new $T[0]", Names.TENSOR)
                    .build();
        }
        return method.addStatement("return $L", array(routine.get(), call(routine.get(), false)))
                .build();
    }

    /** A call of one of the model's own routines on the inputs. */
    private CodeBlock call(Routine routine, boolean train) {
        CodeBlock.Builder arguments = CodeBlock.builder().add("parameters");
        if (train) {
            arguments.add(", s");
        } else if (routine.usesFields()) {
            arguments.add(", new $L($L)", rootNames.savedType(), random.contains(rootNames) ? "0" : "");
        }
        for (int i = 0; i < root.inputs().size(); i++) {
            arguments.add(",$Winputs[$L]", i);
        }
        return CodeBlock.of("$L($L)", routine.name(), arguments.build());
    }

    private static CodeBlock array(Routine routine, CodeBlock call) {
        return routine.results().size() == 1 ? CodeBlock.of("new $T {$L}", Names.TENSORS, call) : call;
    }

    private void routines(TypeSpec.Builder step) {
        RoutineWriter writer = new RoutineWriter(new OperatorComments(facts.computeBytes(), facts.operators()), random);
        Stream.of(program.forward(), program.backward(), program.losses(), program.outputs())
                .flatMap(Optional::stream)
                .forEach(r -> writer.write(r, true).forEach(step::addMethod));
        program.routines().forEach(r -> writer.write(r, false).forEach(step::addMethod));
    }
}
