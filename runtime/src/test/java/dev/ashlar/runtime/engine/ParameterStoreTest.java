package dev.ashlar.runtime.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class ParameterStoreTest {
    private static Engine engine(Precision precision, long seed) {
        return Engine.open(DeviceKind.CPU, precision, Seed.of(seed), false);
    }

    private static HostTensor drawn(long seed, String name, Init init, long... shape) {
        try (Engine engine = engine(Precision.FP32, seed);
                ParameterStore store = new ParameterStore(engine)) {
            return engine.ops()
                    .download(store.trainable(name, init, true, shape).value());
        }
    }

    @Test
    void firstValuesDependOnSeedNameAndShapeAlone() {
        Init normal = Init.normal(0.02);
        HostTensor values = drawn(1, "a", normal, 40, 50);
        try (Engine engine = engine(Precision.FP32, 1);
                ParameterStore store = new ParameterStore(engine)) {
            store.trainable("first", Init.uniform(1), true, 3);
            assertEquals(
                    values,
                    engine.ops().download(store.frozen("a", normal, 40, 50).value()));
        }
        assertNotEquals(values, drawn(2, "a", normal, 40, 50));
        assertNotEquals(values, drawn(1, "b", normal, 40, 50));
        assertNotEquals(values.floats()[0], drawn(1, "a", normal, 50, 40).floats()[0]);
    }

    @Test
    void drawsFromTheDistributionAskedFor() {
        float[] normal = drawn(1, "a", Init.normal(0.02), 100_000).floats();
        float[] uniform = drawn(1, "a", Init.uniform(0.5), 100_000).floats();
        double normalSquares = 0;
        double uniformSquares = 0;
        float most = 0;
        for (int i = 0; i < normal.length; i++) {
            normalSquares += normal[i] * normal[i];
            uniformSquares += uniform[i] * uniform[i];
            most = Math.max(most, Math.abs(uniform[i]));
        }
        assertEquals(0.02, Math.sqrt(normalSquares / normal.length), 0.02 * 0.02);
        assertEquals(0.5 / Math.sqrt(3), Math.sqrt(uniformSquares / uniform.length), 0.01);
        assertTrue(most <= 0.5 && most > 0.49);
        assertEquals(HostTensor.of(new float[] {3, 3}, 2), drawn(1, "a", Init.constant(3), 2));
    }

    /** Neither repeats of the pieces nor gaps between them. */
    @Test
    void drawsLargeParametersInPiecesOfTheirOwn() {
        int piece = (int) InitialValues.PIECE;
        for (Init init : List.of(Init.normal(1), Init.uniform(1))) {
            float[] values = drawn(1, "a", init, 2L * piece + 5).floats();
            assertArrayEquals(values, drawn(1, "a", init, 2L * piece + 5).floats());
            for (int start = 0; start < values.length; start += piece / 2) {
                Set<Float> distinct = new HashSet<>();
                for (int i = start; i < Math.min(start + 1000, values.length); i++) {
                    distinct.add(values[i]);
                }
                assertTrue(distinct.size() > Math.min(990, values.length - start - 1), init + " from " + start);
            }
            assertNotEquals(values[0], values[piece]);
            assertNotEquals(values[piece], values[2 * piece]);
        }
    }

    @Test
    void roundsTheSameNumbersInBfloat16() {
        HostTensor wide = drawn(1, "a", Init.normal(1), 64);
        try (Engine engine = engine(Precision.BF16_MIXED, 1);
                ParameterStore store = new ParameterStore(engine)) {
            Parameter parameter = store.trainable("a", Init.normal(1), true, 64);
            assertEquals(wide, engine.ops().download(parameter.master()));
            assertEquals(DType.BFLOAT16, Tensors.type(parameter.value()));
            Parameter buffer = store.buffer("b", Init.constant(0), 8);
            assertEquals(DType.FLOAT32, Tensors.type(buffer.value()));
            assertSame(buffer.value(), buffer.master());
            Parameter frozen = store.frozen("c", Init.normal(1), 8);
            assertEquals(DType.BFLOAT16, Tensors.type(frozen.value()));
            assertEquals(64 * 6 + 8 * 4 + 8 * 2, store.bytes());
            assertEquals("[a[64], b[8], c[8]]", store.all().toString());
        }
    }

    @Test
    void takesPublishedValues() {
        try (Engine engine = engine(Precision.BF16_MIXED, 1);
                ParameterStore store = new ParameterStore(engine)) {
            Parameter parameter = store.trainable("a", Init.normal(1), true, 2);
            HostTensor exact = HostTensor.of(new float[] {1.00001f, 2}, 2);
            parameter.assign(exact);
            assertEquals(exact, engine.ops().download(parameter.master()));
            assertEquals(HostTensor.of(new float[] {1, 2}, 2), engine.ops().download(parameter.value()));
            AshlarException thrown =
                    assertThrows(AshlarException.class, () -> parameter.assign(HostTensor.of(new float[3], 3)));
            assertTrue(thrown.getMessage().contains("Parameter a has shape [2] but was given [3]"));
        }
    }

    @Test
    void refusesTwoOfOneNameAndUnknownNames() {
        try (Engine engine = engine(Precision.FP32, 1);
                ParameterStore store = new ParameterStore(engine)) {
            Parameter parameter = store.trainable("a", Init.normal(1), true, 2);
            assertSame(parameter, store.get("a"));
            assertThrows(AshlarException.class, () -> store.buffer("a", Init.normal(1), 2));
            assertThrows(AshlarException.class, () -> store.get("b"));
        }
    }

    @Test
    void onlyTrainedParametersTakeGradients() {
        try (Engine engine = engine(Precision.FP32, 1);
                ParameterStore store = new ParameterStore(engine);
                Tensor gradient = engine.ops().upload(HostTensor.of(new float[2], 2));
                Tensor tooLong = engine.ops().upload(HostTensor.of(new float[3], 3))) {
            Parameter frozen = store.frozen("a", Init.normal(1), 2);
            Parameter trained = store.trainable("b", Init.normal(1), true, 2);
            assertThrows(IllegalStateException.class, () -> frozen.addGradient(gradient));
            assertThrows(AshlarException.class, () -> trained.addGradient(tooLong));
        }
    }
}
