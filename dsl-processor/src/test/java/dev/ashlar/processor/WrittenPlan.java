package dev.ashlar.processor;

import com.palantir.javapoet.JavaFile;
import dev.ashlar.processor.CompilerKit.Kind;
import dev.ashlar.processor.graph.ScopeInput;
import dev.ashlar.processor.plan.Plan;
import dev.ashlar.processor.spec.PlanSpec;
import dev.ashlar.processor.write.BatchWriter;
import dev.ashlar.processor.write.StepWriter;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.launch.Ranks;
import dev.ashlar.runtime.train.PlannedStep;
import dev.ashlar.runtime.train.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The class that executes a plan, written, compiled and loaded without the plan's interface. */
public final class WrittenPlan implements AutoCloseable {
    private final String text;
    private final URLClassLoader loader;
    private final String name;

    private WrittenPlan(String text, URLClassLoader loader, String name) {
        this.text = text;
        this.loader = loader;
        this.name = name;
    }

    /**
     * Compiles it.
     *
     * @throws AssertionError if the compiler finds anything
     */
    public static WrittenPlan of(Plan plan, Path directory) {
        PlanSpec spec = plan.spec();
        JavaFile step = new StepWriter(plan.program(), PlanPipeline.facts(plan)).write(Optional.empty());
        List<String> inputs = plan.model().graph().root().inputs().stream()
                .map(ScopeInput::name)
                .toList();
        JavaFile batch = BatchWriter.write(spec.model(), inputs, Optional.empty());
        CompilerKit.Result result = CompilerKit.with(Kind.JAVAC)
                .processors()
                .option("-Xlint:all,-path,-processing,-serial,-options,-classfile")
                .source(spec.packageName() + "/" + spec.simpleName() + "Step.java", step.toString())
                .source(spec.packageName() + "/" + spec.model().simpleName() + "Batch.java", batch.toString())
                .compile(directory);
        if (!result.findings().isEmpty()) {
            throw new AssertionError(result.findings() + "\n" + step);
        }
        try {
            URL[] classes = {result.classes().toUri().toURL()};
            URLClassLoader loader = new URLClassLoader(classes, WrittenPlan.class.getClassLoader());
            return new WrittenPlan(step.toString(), loader, spec.packageName() + "." + spec.simpleName() + "Step");
        } catch (MalformedURLException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The source. */
    public String text() {
        return text;
    }

    /** Opens the step on one rank. */
    public PlannedStep<?> open(Ranks ranks, Seed seed, Settings settings) throws ReflectiveOperationException {
        return (PlannedStep<?>) loader.loadClass(name)
                .getMethod("open", Ranks.class, Seed.class, Settings.class)
                .invoke(null, ranks, seed, settings);
    }

    @Override
    public void close() {
        try {
            loader.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
