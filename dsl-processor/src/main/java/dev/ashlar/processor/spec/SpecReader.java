package dev.ashlar.processor.spec;

import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.Diagnostics;
import dev.ashlar.processor.diagnostic.Source;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import javax.annotation.processing.ProcessingEnvironment;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;

/** Reads models, blocks and plans of one round. Findings about one interface go to the collector that is passed with it. */
public final class SpecReader {
    private final ProcessingEnvironment environment;
    private final Set<String> sourceTypes;
    private final Set<String> operators;

    /**
     * @param sourceTypes qualified names of the top-level types compiled from source, in this round or an earlier one
     * @param operators names of all operator annotations
     */
    public SpecReader(ProcessingEnvironment environment, Set<String> sourceTypes, Set<String> operators) {
        this.environment = environment;
        this.sourceTypes = Set.copyOf(sourceTypes);
        this.operators = Set.copyOf(operators);
    }

    /** The place of an interface in source. */
    public static Source place(TypeElement type) {
        return ElementSource.of(type);
    }

    /** Whether a type carries the annotation of this simple name of package {@code dev.ashlar.dsl}. */
    public static boolean has(TypeElement type, String annotation) {
        return Context.has(type, annotation);
    }

    /**
     * A plan with its model and all its blocks; empty if anything is wrong.
     *
     * @param dims the sizes of option {@code ashlar.dims}
     */
    public Optional<PlanSpec> plan(TypeElement type, Optional<String> dims, Diagnostics diagnostics) {
        return new PlanReader(context(diagnostics), dims).read(type);
    }

    /** The companion of a sound model or block, ready to be written. */
    public static final class PendingCompanion {
        private final InterfaceSpec spec;
        private final Writing writing;

        private interface Writing {
            void write() throws IOException;
        }

        private PendingCompanion(InterfaceSpec spec, Writing writing) {
            this.spec = spec;
            this.writing = writing;
        }

        /** What was read. */
        public InterfaceSpec spec() {
            return spec;
        }

        /**
         * Writes it.
         *
         * @throws IOException if the file cannot be written
         */
        public void write() throws IOException {
            writing.write();
        }
    }

    /** Checks a type that carries an annotation of the language. A sound model or block has a companion to be written. */
    public Optional<PendingCompanion> check(TypeElement type, Diagnostics diagnostics) {
        Context context = context(diagnostics);
        Optional<InterfaceSpec> read = new InterfaceReader(context).read(type, ElementSource.of(type));
        if (read.isEmpty() || !(has(type, "Model") || has(type, "Block"))) {
            return Optional.empty();
        }
        CompanionWriter writer = new CompanionWriter(
                environment.getElementUtils(), environment.getSourceVersion(), environment.getFiler());
        return new BlockReader(context)
                .read(read.get())
                .map(blocks -> companion(context, type, read.get(), blocks))
                .map(companion -> new PendingCompanion(read.get(), () -> writer.write(type, companion)));
    }

    private static CompanionRecord companion(
            Context context, TypeElement type, InterfaceSpec spec, Map<String, InterfaceSpec> blocks) {
        Map<String, List<String>> methods = new LinkedHashMap<>();
        for (Map.Entry<ExecutableElement, List<String>> entry :
                new ParameterNames(context).of(type, ElementSource.of(type)).entrySet()) {
            methods.put(entry.getKey().getSimpleName().toString(), entry.getValue());
        }
        Map<String, String> uses = new TreeMap<>();
        for (MethodSpec method : spec.methods()) {
            if (method.operator().name().equals("Use")) {
                String used = method.operator().value("value").text();
                uses.put(used, ContentHash.of(Objects.requireNonNull(blocks.get(used))));
            }
        }
        return new CompanionRecord(CompanionRecord.VERSION, ContentHash.of(spec), methods, uses);
    }

    private Context context(Diagnostics diagnostics) {
        return new Context(environment.getElementUtils(), sourceTypes, operators, diagnostics);
    }

    /** The compiler's heap is too small, told on the interface that asks for more. */
    public static void outOfMemory(TypeElement type, Diagnostics diagnostics) {
        diagnostics.error(
                Code.HEAP_TOO_SMALL,
                place(type),
                ("To plan '%s' takes more than the %d MiB of heap that the compiler has. Give it more: 'javac -J-Xmx2g', with Maven"
                                + " 'MAVEN_OPTS=-Xmx2g', with Gradle 'org.gradle.jvmargs=-Xmx2g'.")
                        .formatted(type.getQualifiedName(), Runtime.getRuntime().maxMemory() >> 20));
    }

    /** An internal failure, told on the interface where it happened. */
    public static void failed(TypeElement type, Throwable failure, Diagnostics diagnostics) {
        StackTraceElement[] trace = failure.getStackTrace();
        String at = trace.length == 0 ? "" : " at " + trace[0];
        diagnostics.error(
                Code.INTERNAL,
                place(type),
                "Ashlar itself failed on '%s': %s%s. The mistake is ours: please report this message together with the source of the model."
                        .formatted(type.getQualifiedName(), failure, at));
    }
}
