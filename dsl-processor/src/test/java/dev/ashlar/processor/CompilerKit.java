package dev.ashlar.processor;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.annotation.processing.Completion;
import javax.annotation.processing.ProcessingEnvironment;
import javax.annotation.processing.Processor;
import javax.annotation.processing.RoundEnvironment;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.Element;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.eclipse.jdt.internal.compiler.tool.EclipseCompiler;

/**
 * Compiles sources with the processor, under javac (of the JDK that runs the tests) or ECJ.
 *
 * <pre>{@code
 * Result result = CompilerKit.with(Kind.ECJ).source("Net.java", "…").compile(directory);
 * }</pre>
 */
public final class CompilerKit {
    /** The compilers that everything is tested on. */
    public enum Kind {
        JAVAC,
        ECJ
    }

    /**
     * One finding of a compiler.
     *
     * @param file simple name of the file, empty if there is no place
     * @param line first line is 1; 0 if there is no place
     * @param column first column is 1; 0 if there is no place
     * @param severity {@code "error"} or {@code "warning"}
     * @param message whole text
     */
    public record Finding(String file, long line, long column, String severity, String message) {
        /** {@code Net.java:9:35 error [ASH-041] …}; further lines are indented. */
        @Override
        public String toString() {
            String at = file.isEmpty() ? "" : file + ":" + line + ":" + column + " ";
            String[] parts = message.strip().split("\\R", 2);
            // javac indents further lines by itself; carets need only the lines' own alignment.
            String rest = parts.length == 1
                    ? ""
                    : "\n" + parts[1].stripIndent().indent(4).stripTrailing();
            return at + severity + " " + parts[0] + rest;
        }

        /** Whether it is the processor's and not the compiler's own. */
        public boolean ours() {
            return message.startsWith("[ASH-");
        }
    }

    /**
     * What came out.
     *
     * @param findings errors and warnings by place
     * @param generated text of every source file that was written, by path such as {@code "net/NetCompanion.java"}
     * @param classes folder of the class files
     */
    public record Result(List<Finding> findings, Map<String, String> generated, Path classes) {
        /** The processor's own findings, one a line. */
        public List<String> ours() {
            return findings.stream()
                    .filter(Finding::ours)
                    .map(Finding::toString)
                    .toList();
        }
    }

    private final Kind kind;
    private final Map<String, String> sources = new TreeMap<>();
    private final List<Path> files = new ArrayList<>();
    private final List<Path> classPath = new ArrayList<>();
    private final List<String> options = new ArrayList<>();
    private List<Processor> processors = List.of(new AshlarProcessor());

    private CompilerKit(Kind kind) {
        this.kind = kind;
    }

    /** A compilation with this compiler and the processor as users get it. */
    public static CompilerKit with(Kind kind) {
        return new CompilerKit(kind);
    }

    /** Adds a source file by its path, {@code "net/Net.java"}. */
    public CompilerKit source(String path, String text) {
        sources.put(path, text);
        return this;
    }

    /** Adds source files that exist. */
    public CompilerKit files(List<Path> existing) {
        files.addAll(existing);
        return this;
    }

    /** Adds a folder or jar to the class path. */
    public CompilerKit classPath(Path entry) {
        classPath.add(entry);
        return this;
    }

    /** Adds an option, {@code "-Aashlar.verbose"}. */
    public CompilerKit option(String option) {
        options.add(option);
        return this;
    }

    /** Replaces the processor; with none, plain compilation. */
    public CompilerKit processors(Processor... replacing) {
        processors = List.of(replacing);
        return this;
    }

    /** Compiles; {@code directory} takes sources, generated sources and classes. */
    public Result compile(Path directory) {
        try {
            return compileIn(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Result compileIn(Path directory) throws IOException {
        Path classes = Files.createDirectories(directory.resolve("classes"));
        Path generated = Files.createDirectories(directory.resolve("generated"));
        List<Path> all = new ArrayList<>(files);
        for (Map.Entry<String, String> source : sources.entrySet()) {
            Path file = directory.resolve("sources").resolve(source.getKey());
            Files.createDirectories(file.getParent());
            all.add(Files.writeString(file, source.getValue()));
        }
        JavaCompiler compiler = kind == Kind.ECJ ? new EclipseCompiler() : ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> collector = new DiagnosticCollector<>();
        List<Watched> watched = processors.stream().map(Watched::new).toList();
        try (StandardJavaFileManager manager =
                compiler.getStandardFileManager(collector, Locale.ROOT, StandardCharsets.UTF_8)) {
            JavaCompiler.CompilationTask task = compiler.getTask(
                    new StringWriter(),
                    manager,
                    collector,
                    arguments(classes, generated),
                    null,
                    manager.getJavaFileObjectsFromPaths(all));
            task.setProcessors(watched);
            task.call();
        }
        List<Finding> findings = collector.getDiagnostics().stream()
                .filter(d -> d.getKind() != Diagnostic.Kind.NOTE && d.getKind() != Diagnostic.Kind.OTHER)
                .map(CompilerKit::finding)
                .sorted(Comparator.comparing(Finding::file)
                        .thenComparing(Finding::line)
                        .thenComparing(Finding::column)
                        .thenComparing(Finding::message))
                .toList();
        for (Watched processor : watched) {
            // A compiler that leaves the processor out would pass every test that expects no error.
            if (!processor.ran()) {
                throw new AssertionError(kind + " did not run " + processor + "; it said " + findings);
            }
        }
        return new Result(findings, texts(generated), classes);
    }

    private List<String> arguments(Path classes, Path generated) {
        List<String> path =
                new ArrayList<>(classPath.stream().map(Path::toString).toList());
        path.add(System.getProperty("java.class.path"));
        List<String> arguments = new ArrayList<>(List.of(
                "--release",
                "17",
                "-encoding",
                "UTF-8",
                "-d",
                classes.toString(),
                "-s",
                generated.toString(),
                "-classpath",
                String.join(File.pathSeparator, path)));
        if (processors.isEmpty()) {
            arguments.add("-proc:none");
        }
        if (kind == Kind.ECJ) {
            arguments.add("-warn:none");
        }
        arguments.addAll(options);
        return arguments;
    }

    private static Finding finding(Diagnostic<? extends JavaFileObject> d) {
        JavaFileObject source = d.getSource();
        String severity = d.getKind() == Diagnostic.Kind.ERROR ? "error" : "warning";
        String message = d.getMessage(Locale.ROOT);
        return source == null
                ? new Finding("", 0, 0, severity, message)
                : new Finding(
                        Path.of(source.toUri()).getFileName().toString(),
                        d.getLineNumber(),
                        d.getColumnNumber(),
                        severity,
                        message);
    }

    private static Map<String, String> texts(Path generated) throws IOException {
        Map<String, String> texts = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(generated)) {
            for (Path file : walk.filter(Files::isRegularFile).sorted().toList()) {
                texts.put(generated.relativize(file).toString().replace('\\', '/'), Files.readString(file));
            }
        }
        return texts;
    }

    /** A processor that remembers whether the compiler started it. */
    private static final class Watched implements Processor {
        private final Processor processor;
        private boolean started;

        Watched(Processor processor) {
            this.processor = processor;
        }

        boolean ran() {
            return started;
        }

        @Override
        public Set<String> getSupportedOptions() {
            return processor.getSupportedOptions();
        }

        @Override
        public Set<String> getSupportedAnnotationTypes() {
            return processor.getSupportedAnnotationTypes();
        }

        @Override
        public SourceVersion getSupportedSourceVersion() {
            return processor.getSupportedSourceVersion();
        }

        @Override
        public void init(ProcessingEnvironment environment) {
            processor.init(environment);
        }

        @Override
        public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
            started = true;
            return processor.process(annotations, round);
        }

        @Override
        public Iterable<? extends Completion> getCompletions(
                Element element, AnnotationMirror annotation, ExecutableElement member, String userText) {
            return processor.getCompletions(element, annotation, member, userText);
        }

        @Override
        public String toString() {
            return processor.getClass().getSimpleName();
        }
    }
}
