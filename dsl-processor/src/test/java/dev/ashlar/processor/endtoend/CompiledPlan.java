package dev.ashlar.processor.endtoend;

import dev.ashlar.processor.CompilerKit;
import dev.ashlar.processor.CompilerKit.Kind;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.launch.Ranks;
import dev.ashlar.runtime.train.PlannedStep;
import dev.ashlar.runtime.train.Settings;
import dev.ashlar.runtime.train.Step;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import javax.annotation.processing.Processor;

/** Sources compiled with the processor, and the steps that it wrote, loaded. */
final class CompiledPlan implements AutoCloseable {
    private static final String LINT =
            "-Xlint:all,-path,-processing,-serial,-options,-classfile,-exports,-requires-automatic";

    private final CompilerKit.Result result;
    private final URLClassLoader loader;

    private CompiledPlan(CompilerKit.Result result) {
        this.result = result;
        try {
            loader = new URLClassLoader(
                    new URL[] {result.classes().toUri().toURL()}, CompiledPlan.class.getClassLoader());
        } catch (MalformedURLException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Compiles {@code net/Net.java}.
     *
     * @throws AssertionError if the processor or {@code -Xlint:all} finds anything
     */
    static CompiledPlan of(String source, Path directory, Processor... replacing) {
        CompilerKit kit =
                CompilerKit.with(Kind.JAVAC).source("net/Net.java", source).option(LINT);
        CompilerKit.Result result = (replacing.length == 0 ? kit : kit.processors(replacing)).compile(directory);
        if (!result.findings().isEmpty()) {
            throw new AssertionError(result.findings() + "\n" + source);
        }
        return new CompiledPlan(result);
    }

    CompilerKit.Result result() {
        return result;
    }

    /** The text of the class that executes a plan. */
    String written(String plan) {
        return result.generated().get("net/" + plan + "Step.java");
    }

    /** Opens the step of a plan. */
    PlannedStep<?> open(String plan, Seed seed) {
        return open(plan, Ranks.single(), seed, null);
    }

    /** Opens the step of a plan; with default settings if they are null. */
    PlannedStep<?> open(String plan, Seed seed, Settings settings) {
        return open(plan, Ranks.single(), seed, settings);
    }

    /** Opens the step of a plan on one rank; with default settings if they are null. */
    PlannedStep<?> open(String plan, Ranks ranks, Seed seed, Settings settings) {
        try {
            Class<?> type = loader.loadClass("net." + plan + "Step");
            Object step = settings == null
                    ? type.getMethod("open", Ranks.class, Seed.class).invoke(null, ranks, seed)
                    : type.getMethod("open", Ranks.class, Seed.class, Settings.class)
                            .invoke(null, ranks, seed, settings);
            return (PlannedStep<?>) step;
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("cannot open " + plan, e);
        }
    }

    /** {@link Step#accumulate} on inputs by their order in the plan. */
    static <B> float accumulate(Step<B> step, List<HostTensor> inputs, double weight) {
        return step.accumulate(step.batch(inputs), weight);
    }

    static <B> float train(Step<B> step, List<HostTensor> inputs, double learningRate) {
        return step.train(step.batch(inputs), learningRate);
    }

    static <B> float evaluate(Step<B> step, List<HostTensor> inputs) {
        return step.evaluate(step.batch(inputs));
    }

    static <B> java.util.Map<String, HostTensor> forward(Step<B> step, List<HostTensor> inputs) {
        return step.forward(step.batch(inputs));
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
