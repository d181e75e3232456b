package dev.ashlar.runtime.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ashlar.runtime.AshlarException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

final class PointwiseProgramTest {
    private static final String GATED = """
            float t0 = silu(x1);
            y0 = siluGradient(multiply(x0, x2), x1);
            y1 = multiply(x0, t0);""";
    private static final String DROPPED = "y0 = add(x0, dropout(geluTanh(scale(x1, -1.0E-5)), 0.1));";
    private static final String ALL = """
            float t0 = tanh(sigmoid(relu(gelu(x0))));
            y0 = tanhGradient(sigmoidGradient(reluGradient(geluGradient(geluTanhGradient(x1, x0), x0), t0), t0), t0);""";

    private static final String SUMMED = """
            y0 = geluTanhGradient(dropout(x0, 0.1), x1);
            sum(y0);""";

    @Test
    void readsWhatTheCompilerWrites() {
        PointwiseProgram program = PointwiseProgram.parse(GATED);
        assertEquals(2, program.results());
        assertFalse(program.drops());
        assertEquals(
                new PointwiseProgram.Line(
                        "y1",
                        new PointwiseProgram.Call(
                                "multiply",
                                List.of(new PointwiseProgram.Variable("x0"), new PointwiseProgram.Variable("t0")))),
                program.lines().get(2));
        assertTrue(PointwiseProgram.parse(DROPPED).drops());
        assertFalse(PointwiseProgram.parse(DROPPED).sums());
        assertTrue(PointwiseProgram.parse(SUMMED).sums());
        assertEquals(1, PointwiseProgram.parse(SUMMED).lines().size());
    }

    @Test
    void saysWhereItCannotRead() {
        for (String wrong :
                List.of("y0 = ", "y0 = relu(x0)", "y0 relu(x0);", "y0 = relu(x0;", "y0 = scale(x0, 1.2.3);")) {
            AshlarException thrown = assertThrows(AshlarException.class, () -> PointwiseProgram.parse(wrong));
            assertTrue(thrown.getMessage().contains("cannot be read at character"), thrown.getMessage());
        }
    }

    @Test
    void theKernelAroundIt() throws IOException {
        assertEquals(golden("gated"), PointwiseProgram.parse(GATED).kernel(3));
        assertEquals(golden("dropped"), PointwiseProgram.parse(DROPPED).kernel(2));
        assertEquals(golden("summed"), PointwiseProgram.parse(SUMMED).kernel(2));
    }

    private static String golden(String name) throws IOException {
        try (InputStream text = PointwiseProgramTest.class.getResourceAsStream("pointwise_" + name + ".cu")) {
            return new String(Objects.requireNonNull(text, name).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @TestFactory
    Stream<DynamicTest> compile() {
        return Stream.of(GATED, DROPPED, SUMMED, ALL)
                .flatMap(text -> Stream.of("-DBF16=1", "-DWIDE=1")
                        .map(type -> DynamicTest.dynamicTest(text + " " + type, () -> {
                            assumeTrue(CudaKernels.hasCompiler(), "no NVRTC here");
                            int inputs = text.equals(GATED) ? 3 : 2;
                            String code = CudaKernels.resource("pointwise")
                                    + PointwiseProgram.parse(text).kernel(inputs);
                            byte[] binary = CudaKernels.compiled(
                                    "pointwise",
                                    code.getBytes(StandardCharsets.UTF_8),
                                    List.of("--gpu-architecture=sm_90", type));
                            assertTrue(binary.length > 0);
                        })));
    }
}
