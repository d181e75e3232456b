package dev.ashlar.samples.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the processor adds to a cold {@code javac} of the sample's transformer, on one rank and on two, of one with 96 layers, and of larger ones
 * on 4 and 4x8 devices: each compilation is a process of its own, without the processor, with it, and with it where the JVM leaves its optimizing
 * compiler out, in turn. The class path is this process' own.
 *
 * <pre>{@code CompileBenchmark PROCESSOR_PATH SOURCE_FOLDER [RUNS]}</pre>
 */
public final class CompileBenchmark {
    private static final String PLAN = """
            package dev.ashlar.samples.gpt;

            import dev.ashlar.dsl.Plan;
            import dev.ashlar.dsl.Precision;
            import dev.ashlar.dsl.Train;

            @Plan(%s)
            @Train(%s)
            interface GptPlanned extends Gpt {}
            """;

    private static final List<Target> TARGETS = List.of(
            new Target(
                    "a GPT of 96 layers",
                    "device = \"cpu\", memory = \"64GiB\", dims = \"layers=96\"",
                    "clipping = true"),
            new Target(
                    "GPT-2 with 12 layers on 4 devices",
                    "device = \"h100-sxm\", mesh = {4}, memory = \"4GiB\", dims = \"batch=16 seq=1024 d=768 heads=12 layers=12 vocab=50304\"",
                    "precision = Precision.BF16"),
            new Target(
                    "GPT-2 with 12 layers on 2x2 devices",
                    "device = \"h100-sxm\", mesh = {2, 2}, memory = \"4GiB\", dims = \"batch=16 seq=1024 d=768 heads=12 layers=12 vocab=50304\"",
                    "precision = Precision.BF16"),
            new Target(
                    "a GPT of 48 layers on 4x8 devices",
                    "device = \"h100-sxm\", mesh = {4, 8}, memory = \"20GiB\", dims = \"batch=64 seq=2048 d=4096 heads=32 layers=48 vocab=50304\"",
                    "precision = Precision.BF16"));

    private record Target(String name, String plan, String train) {}

    private final String processorPath;
    private final Path folder;
    private final int runs;

    private CompileBenchmark(String processorPath, Path folder, int runs) {
        this.processorPath = processorPath;
        this.folder = folder;
        this.runs = runs;
    }

    /** Prints the seconds added. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length < 2) {
            System.err.println("usage: CompileBenchmark PROCESSOR_PATH SOURCE_FOLDER [RUNS]");
            System.exit(2);
        }
        Path sources = Path.of(arguments[1], "dev", "ashlar", "samples", "gpt");
        int runs = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 5;
        Path folder = Files.createTempDirectory("compile-benchmark");
        try {
            Path model = sources.resolve("Gpt.java");
            Path block = sources.resolve("DecoderBlock.java");
            CompileBenchmark benchmark = new CompileBenchmark(arguments[0], folder, runs);
            benchmark.run("the GPT sample", List.of(model, block, sources.resolve("GptLaptop.java")));
            benchmark.run("the GPT sample on two ranks", List.of(model, block, sources.resolve("GptPair.java")));
            for (Target target : TARGETS) {
                Path plan = folder.resolve("GptPlanned.java");
                Files.writeString(plan, PLAN.formatted(target.plan(), target.train()));
                benchmark.run(target.name(), List.of(model, block, plan));
            }
        } finally {
            delete(folder);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private void run(String what, List<Path> sources) throws IOException, InterruptedException {
        double[] plain = new double[runs];
        double[] planned = new double[runs];
        double[] quicklyCompiled = new double[runs];
        for (int i = 0; i < runs; i++) {
            plain[i] = seconds(sources, List.of("-proc:none"));
            planned[i] = seconds(sources, List.of("--processor-path", processorPath));
            quicklyCompiled[i] =
                    seconds(sources, List.of("--processor-path", processorPath, "-J-XX:TieredStopAtLevel=1"));
        }
        System.out.printf(
                Locale.ROOT,
                "javac of %s: %.2f s without the processor, %.2f s with it, %.2f s with -J-XX:TieredStopAtLevel=1"
                        + " (medians of %d cold runs in turn)%n",
                what,
                median(plain),
                median(planned),
                median(quicklyCompiled),
                runs);
    }

    private double seconds(List<Path> sources, List<String> options) throws IOException, InterruptedException {
        Path classes = Files.createTempDirectory(folder, "classes");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "javac").toString(),
                "--release",
                "17",
                "-d",
                classes.toString(),
                "-classpath",
                libraries()));
        command.addAll(options);
        sources.forEach(source -> command.add(source.toString()));
        long start = System.nanoTime();
        Process javac = new ProcessBuilder(command).inheritIO().start();
        int status = javac.waitFor();
        double seconds = (System.nanoTime() - start) * 1e-9;
        if (status != 0) {
            throw new IllegalStateException("javac ended with " + status + ": " + command);
        }
        return seconds;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** This process' class path without the samples' own classes, which would be those of an earlier compilation. */
    private static String libraries() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("samples" + File.separator + "target"))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
