package dev.ashlar.runtime.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The sources of kernels compile, where there is CUDA's compiler. */
final class KernelSourcesTest {
    private static Optional<Path> compiler() {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "nvcc"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    @TestFactory
    Stream<DynamicTest> compile(@TempDir Path folder) {
        return Stream.of("column_sum", "cross_entropy", "gradient_norm", "layer_norm", "scale", "sum", "update")
                .flatMap(source -> Stream.of("BF16=1", "MIXED=1", "WIDE=1")
                        .map(define -> DynamicTest.dynamicTest(source + " " + define, () -> {
                            assumeTrue(compiler().isPresent(), "no nvcc here");
                            compile(source, define, folder);
                        })));
    }

    private static void compile(String source, String define, Path folder) throws IOException, InterruptedException {
        Path code = folder.resolve(source + ".cu");
        Files.writeString(code, CudaKernels.resource(source));
        Path log = folder.resolve(source + ".log");
        Process nvcc = new ProcessBuilder(List.of(
                        compiler().orElseThrow().toString(),
                        "-cubin",
                        "-arch=sm_90",
                        "-D" + define,
                        "-o",
                        folder.resolve(source + ".cubin").toString(),
                        code.toString()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!nvcc.waitFor(2, TimeUnit.MINUTES)) {
            nvcc.destroyForcibly();
        }
        assertEquals(0, nvcc.waitFor(), () -> read(log));
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
