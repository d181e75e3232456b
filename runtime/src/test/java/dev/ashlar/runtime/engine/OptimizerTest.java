package dev.ashlar.runtime.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Optimizers against the formulas of their papers in 64-bit floats. */
class OptimizerTest {
    private static final int STEPS = 6;
    private static final double RATE = 0.01;
    private static final double OFF = Double.POSITIVE_INFINITY;

    @ParameterizedTest
    @CsvSource({
        "SGD, 0.0, FP32",
        "SGD, 0.9, FP32",
        "SGD, 0.9, BF16_MIXED",
        "ADAMW, 0.0, FP32",
        "ADAMW, 0.0, BF16_MIXED",
        "LION, 0.0, FP32",
        "LION, 0.0, BF16_MIXED"
    })
    void followsItsFormula(OptimizerKind kind, double momentum, Precision precision) {
        OptimizerSettings settings =
                OptimizerSettings.defaults(kind).withMomentum(momentum).withWeightDecay(0.1);
        try (Engine engine = Engine.open(DeviceKind.CPU, precision, Seed.of(4), false);
                ParameterStore store = new ParameterStore(engine)) {
            Parameter decayed = store.trainable("a", Init.normal(1), true, 7, 5);
            Parameter plain = store.trainable("b", Init.normal(1), false, 33);
            Plain expectedDecayed = new Plain(kind, settings, 0.1, values(engine, decayed));
            Plain expectedPlain = new Plain(kind, settings, 0, values(engine, plain));
            try (Optimizer optimizer = kind.create(settings, store.all(), engine)) {
                Random random = new Random(9);
                for (int step = 0; step < STEPS; step++) {
                    expectedDecayed.update(give(engine, decayed, random));
                    expectedPlain.update(give(engine, plain, random));
                    assertTrue(optimizer.update(store.all(), RATE, OFF).isEmpty());
                    assertNull(decayed.gradient());
                }
            }
            assertClose(expectedDecayed.value, values(engine, decayed));
            assertClose(expectedPlain.value, values(engine, plain));
            try (Tensor rounded = Tensors.as(plain.master(), precision.compute())) {
                assertEquals(engine.ops().download(rounded), engine.ops().download(plain.value()));
            }
        }
    }

    /** Adds a gradient in two halves; returns it as the optimizer sees it. */
    private static double[] give(Engine engine, Parameter parameter, Random random) {
        int size = (int) parameter.value().numel();
        float[] half = new float[size];
        for (int i = 0; i < size; i++) {
            half[i] = (float) random.nextGaussian();
        }
        HostTensor host = HostTensor.of(half, parameter.shape());
        parameter.addGradient(engine.ops().upload(host));
        parameter.addGradient(engine.ops().upload(host));
        return doubles(engine.ops().download(parameter.gradient()));
    }

    private static double[] values(Engine engine, Parameter parameter) {
        return doubles(engine.ops().download(parameter.master()));
    }

    private static double[] doubles(HostTensor host) {
        float[] floats = host.floats();
        double[] doubles = new double[floats.length];
        for (int i = 0; i < doubles.length; i++) {
            doubles[i] = floats[i];
        }
        return doubles;
    }

    private static void assertClose(double[] expected, double[] actual) {
        double error = 0;
        double size = 0;
        for (int i = 0; i < expected.length; i++) {
            error += (expected[i] - actual[i]) * (expected[i] - actual[i]);
            size += expected[i] * expected[i];
        }
        assertTrue(Math.sqrt(error) <= 1e-6 * Math.sqrt(size), Math.sqrt(error) + " of " + Math.sqrt(size));
    }

    /** One parameter, element by element. */
    private static final class Plain {
        private final OptimizerKind kind;
        private final OptimizerSettings settings;
        private final double decay;
        private final double[] value;
        private final double[] first;
        private final double[] second;
        private int step;

        Plain(OptimizerKind kind, OptimizerSettings settings, double decay, double[] value) {
            this.kind = kind;
            this.settings = settings;
            this.decay = decay;
            this.value = value;
            this.first = new double[value.length];
            this.second = new double[value.length];
        }

        void update(double[] gradient) {
            step++;
            for (int i = 0; i < value.length; i++) {
                switch (kind) {
                    case SGD -> sgd(i, gradient[i]);
                    case ADAMW -> adamW(i, gradient[i]);
                    case LION -> lion(i, gradient[i]);
                }
            }
        }

        private void sgd(int i, double g) {
            first[i] = settings.momentum() * first[i] + g + decay * value[i];
            value[i] -= RATE * first[i];
        }

        private void adamW(int i, double g) {
            first[i] = settings.beta1() * first[i] + (1 - settings.beta1()) * g;
            second[i] = settings.beta2() * second[i] + (1 - settings.beta2()) * g * g;
            double m = first[i] / (1 - Math.pow(settings.beta1(), step));
            double v = second[i] / (1 - Math.pow(settings.beta2(), step));
            value[i] -= RATE * decay * value[i];
            value[i] -= RATE * m / (Math.sqrt(v) + settings.eps());
        }

        private void lion(int i, double g) {
            double direction = Math.signum(settings.beta1() * first[i] + (1 - settings.beta1()) * g);
            value[i] -= RATE * (direction + decay * value[i]);
            first[i] = settings.beta2() * first[i] + (1 - settings.beta2()) * g;
        }
    }

    @Test
    void clipsTheJointNorm() {
        try (Engine engine = Engine.open(DeviceKind.CPU, Precision.FP32, Seed.of(1), false);
                ParameterStore store = new ParameterStore(engine)) {
            Parameter a = store.trainable("a", Init.constant(0), false, 1);
            Parameter b = store.trainable("b", Init.constant(0), false, 1);
            OptimizerSettings settings = OptimizerSettings.defaults(OptimizerKind.SGD);
            try (Optimizer sgd = OptimizerKind.SGD.create(settings, store.all(), engine)) {
                a.addGradient(engine.ops().upload(HostTensor.of(new float[] {3}, 1)));
                b.addGradient(engine.ops().upload(HostTensor.of(new float[] {4}, 1)));
                assertEquals(5, sgd.update(store.all(), 1, 1).orElseThrow(), 1e-6);
                assertEquals(-0.6, values(engine, a)[0], 1e-6);
                assertEquals(-0.8, values(engine, b)[0], 1e-6);

                a.addGradient(engine.ops().upload(HostTensor.of(new float[] {0.25f}, 1)));
                assertEquals(0.25, sgd.update(store.all(), 1, 1).orElseThrow(), 1e-6);
                assertEquals(-0.85, values(engine, a)[0], 1e-6);
                assertThrows(AshlarException.class, () -> sgd.update(store.all(), 1, 0));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(OptimizerKind.class)
    void resumesFromItsState(OptimizerKind kind) {
        OptimizerSettings settings = OptimizerSettings.defaults(kind).withMomentum(0.5);
        float[] straight = train(kind, settings, false);
        assertArrayEquals(straight, train(kind, settings, true));
    }

    /** Four steps; with {@code resume} the last two by a new optimizer that loads the state of the first. */
    private static float[] train(OptimizerKind kind, OptimizerSettings settings, boolean resume) {
        try (Engine engine = Engine.open(DeviceKind.CPU, Precision.BF16_MIXED, Seed.of(1), false);
                ParameterStore store = new ParameterStore(engine)) {
            Parameter parameter = store.trainable("a", Init.normal(1), true, 6);
            Random random = new Random(2);
            Optimizer optimizer = kind.create(settings, store.all(), engine);
            for (int step = 0; step < 4; step++) {
                if (resume && step == 2) {
                    Optimizer next = kind.create(settings, store.all(), engine);
                    next.load(optimizer.state());
                    optimizer.close();
                    optimizer = next;
                }
                give(engine, parameter, random);
                optimizer.update(store.all(), RATE, OFF);
            }
            optimizer.close();
            return engine.ops().download(parameter.master()).floats();
        }
    }

    /** 33 numbers in parts of 7. In bfloat16 alone libtorch rounds what fills no vector otherwise. */
    @ParameterizedTest
    @CsvSource({"SGD, FP32", "SGD, BF16_MIXED", "ADAMW, FP32", "ADAMW, BF16_MIXED", "LION, FP32", "LION, BF16_MIXED"})
    void partsAreUpdatedAsTheWhole(OptimizerKind kind, Precision precision) {
        OptimizerSettings settings = OptimizerSettings.defaults(kind).withMomentum(0.5);
        assertArrayEquals(
                trainInParts(kind, settings, precision, Long.MAX_VALUE), trainInParts(kind, settings, precision, 7));
    }

    private static float[] trainInParts(
            OptimizerKind kind, OptimizerSettings settings, Precision precision, long most) {
        try (Engine engine = Engine.open(DeviceKind.CPU, precision, Seed.of(1), false);
                ParameterStore store = new ParameterStore(engine)) {
            Parameter parameter = store.trainable("a", Init.normal(1), true, 11, 3);
            store.trainable("b", Init.normal(1), false, 5);
            Random random = new Random(2);
            try (Optimizer optimizer = kind.create(settings, store.all(), engine, most)) {
                for (int step = 0; step < 4; step++) {
                    give(engine, parameter, random);
                    optimizer.update(store.all(), RATE, step % 2 == 0 ? OFF : 1e9);
                    assertNull(parameter.gradient());
                }
            }
            return engine.ops().download(parameter.value()).floats();
        }
    }

    @Test
    void refusesAStateOfAnotherModel() {
        try (Engine engine = Engine.open(DeviceKind.CPU, Precision.FP32, Seed.of(1), false);
                ParameterStore store = new ParameterStore(engine)) {
            store.trainable("a", Init.normal(1), true, 6);
            OptimizerSettings settings = OptimizerSettings.defaults(OptimizerKind.ADAMW);
            try (Optimizer adam = OptimizerKind.ADAMW.create(settings, store.all(), engine)) {
                assertEquals(
                        List.of("a.exp_avg", "a.exp_avg_sq", "a.step"),
                        List.copyOf(adam.state().keySet()));
                assertEquals(6 * 4 * 2 + 4, adam.bytes());
                assertTrue(assertThrows(AshlarException.class, () -> adam.load(Map.of()))
                        .getMessage()
                        .contains("'a.exp_avg' is missing and 2 more"));
                Map<String, Tensor> other = new LinkedHashMap<>(adam.state());
                try (Tensor wrong = engine.ops().upload(HostTensor.of(new float[2], 2))) {
                    other.put("a.exp_avg", wrong);
                    assertTrue(assertThrows(AshlarException.class, () -> adam.load(other))
                            .getMessage()
                            .contains("shape [2] instead of [6]"));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "SGD, 9223372036854775807", "ADAMW, 9223372036854775807", "LION, 9223372036854775807",
        "SGD, 4", "ADAMW, 4", "LION, 4"
    })
    void leavesNoPointers(OptimizerKind kind, long most) {
        try (Engine engine = Engine.open(DeviceKind.CPU, Precision.BF16_MIXED, Seed.of(1), false);
                ParameterStore store = new ParameterStore(engine)) {
            Parameter parameter = store.trainable("a", Init.normal(1), true, 6);
            OptimizerSettings settings = OptimizerSettings.defaults(kind).withMomentum(0.5);
            try (Optimizer optimizer = kind.create(settings, store.all(), engine, most)) {
                Random random = new Random(2);
                give(engine, parameter, random);
                optimizer.update(store.all(), RATE, 10);
                engine.context().scalar(RATE);
                try (LiveCount count = new LiveCount()) {
                    for (int step = 0; step < 20; step++) {
                        give(engine, parameter, random);
                        optimizer.update(store.all(), RATE, 1e9);
                    }
                    assertEquals(0, count.live());
                }
            }
        }
    }

    @Test
    void refusesSettingsThatMakeNoSense() {
        OptimizerSettings defaults = OptimizerSettings.defaults(OptimizerKind.ADAMW);
        assertThrows(AshlarException.class, () -> defaults.withBetas(1, 0.9));
        assertThrows(AshlarException.class, () -> defaults.withEps(0));
        assertThrows(AshlarException.class, () -> defaults.withWeightDecay(-1));
        assertThrows(AshlarException.class, () -> defaults.withMomentum(Double.NaN));
        assertEquals(0.99, OptimizerSettings.defaults(OptimizerKind.LION).beta2());
        assertEquals(DType.FLOAT32, Precision.BF16_MIXED.master());
    }
}
