package dev.ashlar.processor;

import com.google.auto.service.AutoService;
import dev.ashlar.processor.device.DeviceCatalogue;
import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.Diagnostics;
import dev.ashlar.processor.diagnostic.ModelException;
import dev.ashlar.processor.op.Catalogue;
import dev.ashlar.processor.spec.InterfaceSpec;
import dev.ashlar.processor.spec.PlanSpec;
import dev.ashlar.processor.spec.ReadingOrder;
import dev.ashlar.processor.spec.Reporter;
import dev.ashlar.processor.spec.SpecReader;
import dev.ashlar.processor.write.BatchWriter;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.FilerException;
import javax.annotation.processing.ProcessingEnvironment;
import javax.annotation.processing.Processor;
import javax.annotation.processing.RoundEnvironment;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.Element;
import javax.lang.model.element.PackageElement;
import javax.lang.model.element.QualifiedNameable;
import javax.lang.model.element.TypeElement;

/**
 * Reads the models, blocks and plans of a compilation, writes companions, and hands every sound plan to the next step.
 *
 * <p>Between rounds only names are kept. What refers to a type that does not exist yet waits: another processor may still write it.
 */
@AutoService(Processor.class)
public final class AshlarProcessor extends AbstractProcessor {
    private final PlanStep step;
    private final Set<String> operators;
    private final Set<String> sourceTypes = new TreeSet<>();
    private final Set<String> seen = new TreeSet<>();
    private final Set<String> waiting = new TreeSet<>();
    private final Set<String> plans = new TreeSet<>();
    private Optional<Run> run = Optional.empty();

    /** What is known once the compiler has started. */
    private record Run(Options options, DeviceCatalogue devices, Reporter reporter, boolean badOptions) {}

    /** The processor as compilers find it. */
    public AshlarProcessor() {
        this(new PlanPipeline(Catalogue.standard()));
    }

    AshlarProcessor(PlanStep step) {
        this.step = step;
        this.operators = Catalogue.standard().annotations();
    }

    @Override
    public SourceVersion getSupportedSourceVersion() {
        return SourceVersion.latestSupported();
    }

    @Override
    public Set<String> getSupportedAnnotationTypes() {
        return Set.of("dev.ashlar.dsl.*");
    }

    @Override
    public Set<String> getSupportedOptions() {
        // javac would warn of misspelt ones beside our error.
        Set<String> all = new TreeSet<>(Options.NAMES);
        if (isInitialized()) {
            processingEnv.getOptions().keySet().stream().filter(Options::ours).forEach(all::add);
        }
        return all;
    }

    @Override
    public synchronized void init(ProcessingEnvironment environment) {
        super.init(environment);
        Diagnostics diagnostics = new Diagnostics();
        Options options = Options.read(environment.getOptions(), diagnostics);
        DeviceCatalogue devices = new ProfileFiles(environment.getFiler(), diagnostics)
                .read(options.devices(), Catalogue.standard().rateSizes());
        Reporter reporter = new Reporter(environment.getMessager());
        reporter.print(diagnostics);
        run = Optional.of(new Run(options, devices, reporter, diagnostics.hasErrors()));
    }

    @Override
    public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
        Run current = run.orElseThrow();
        if (!current.badOptions()) {
            collect(annotations, round);
            for (String name : List.copyOf(waiting)) {
                TypeElement type = processingEnv.getElementUtils().getTypeElement(name);
                if (type != null && process(type, current, round.processingOver())) {
                    waiting.remove(name);
                }
            }
            if (round.processingOver()) {
                checkSelection(current);
            }
        }
        return false;
    }

    private void collect(Set<? extends TypeElement> annotations, RoundEnvironment round) {
        for (Element root : round.getRootElements()) {
            if (root instanceof QualifiedNameable named) {
                sourceTypes.add(named.getQualifiedName().toString());
            }
        }
        for (TypeElement annotation : annotations) {
            if (annotation.getSimpleName().contentEquals("Companion")) {
                continue;
            }
            for (Element element : round.getElementsAnnotatedWith(annotation)) {
                enclosingType(element)
                        .map(t -> t.getQualifiedName().toString())
                        .filter(seen::add)
                        .ifPresent(waiting::add);
            }
        }
    }

    private static Optional<TypeElement> enclosingType(Element element) {
        Element around = element;
        while (around != null && !(around instanceof TypeElement) && !(around instanceof PackageElement)) {
            around = around.getEnclosingElement();
        }
        return around instanceof TypeElement type ? Optional.of(type) : Optional.empty();
    }

    /** Processes one type; false if it waits for another round. */
    private boolean process(TypeElement type, Run current, boolean last) {
        Diagnostics diagnostics = new Diagnostics();
        try {
            SpecReader reader = new SpecReader(processingEnv, sourceTypes, operators);
            boolean planned = SpecReader.has(type, "Plan");
            Optional<PlanSpec> plan =
                    planned ? reader.plan(type, current.options().dims(), diagnostics) : Optional.empty();
            Optional<SpecReader.PendingCompanion> companion = reader.check(type, diagnostics);
            if (diagnostics.has(Code.UNRESOLVED_TYPE) && !last) {
                return false;
            }
            if (companion.isPresent()) {
                companion.get().write();
                writeBatch(type, companion.get().spec(), surroundings(type, current));
            }
            if (planned) {
                plans.add(type.getQualifiedName().toString());
            }
            if (plan.isPresent()
                    && !diagnostics.hasErrors()
                    && current.options().selects(plan.get().qualifiedName())) {
                step.process(plan.get(), diagnostics, surroundings(type, current));
            }
        } catch (ModelException stopped) {
            diagnostics.error(stopped);
        } catch (FilerException exists) {
            diagnostics.error(
                    Code.CLASS_EXISTS,
                    SpecReader.place(type),
                    ("A class for '%s' cannot be written, for there is one of that name: %s. If an earlier compilation left it, empty the folder for"
                                    + " classes or leave it out of the class path; if it is yours, give it another name.")
                            .formatted(type.getQualifiedName(), exists.getMessage()));
        } catch (IOException | RuntimeException | StackOverflowError e) {
            SpecReader.failed(type, e, diagnostics);
        } catch (OutOfMemoryError e) {
            // What was being planned is garbage here, so that there is room to say so.
            SpecReader.outOfMemory(type, diagnostics);
        }
        current.reporter().print(diagnostics);
        return true;
    }

    private void writeBatch(TypeElement type, InterfaceSpec spec, PlanSurroundings surroundings) throws IOException {
        if (!SpecReader.has(type, "Model") || !surroundings.writesSteps()) {
            return;
        }
        List<String> inputs = ReadingOrder.inputs(spec);
        String name = BatchWriter.name(spec.simpleName());
        if (!new EarlierRecord(processingEnv, sourceTypes)
                .isThere(spec.packageName(), name, inputs, BatchWriter.componentType(), type)) {
            surroundings.write(BatchWriter.write(spec, inputs, surroundings.generated()));
        }
    }

    private PlanSurroundings surroundings(TypeElement origin, Run current) {
        return new PlanSurroundings(
                current.options(),
                current.devices(),
                origin,
                processingEnv.getElementUtils(),
                processingEnv.getFiler(),
                processingEnv.getMessager(),
                processingEnv.getSourceVersion());
    }

    /** An incremental build compiles only some plans: one that is on the class path is no mistake. */
    private void checkSelection(Run current) {
        Diagnostics diagnostics = new Diagnostics();
        for (String name : current.options().plans()) {
            TypeElement type = processingEnv.getElementUtils().getTypeElement(name);
            if (type == null || !SpecReader.has(type, "Plan")) {
                Options.noSuchPlan(name, plans, diagnostics);
            }
        }
        current.reporter().print(diagnostics);
    }
}
