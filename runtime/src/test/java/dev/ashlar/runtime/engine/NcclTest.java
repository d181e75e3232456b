package dev.ashlar.runtime.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.dist.Layout;
import dev.ashlar.runtime.dist.Mesh;
import dev.ashlar.runtime.dist.Reduction;
import dev.ashlar.runtime.dist.Running;
import dev.ashlar.runtime.dist.Transport;
import dev.ashlar.runtime.launch.RankThreads;
import java.util.List;
import java.util.Random;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** Two CUDA devices, a rank each: what they do together gives what its layouts say. Skipped where there are fewer. */
final class NcclTest {
    private static final int RANKS = 2;
    private static final long[] SHAPE = {4, 8, 4};

    /** What one rank does. */
    private interface Body {
        void run(Mesh mesh, Engine engine);
    }

    private static void onDevices(Body body) throws Exception {
        onDevices(Precision.FP32, body);
    }

    private static void onDevices(Precision precision, Body body) throws Exception {
        assumeTrue(Engine.count(DeviceKind.CUDA) >= RANKS, "fewer than two CUDA devices here");
        assumeTrue(
                !System.getenv().getOrDefault("PYTORCH_ALLOC_CONF", "").contains("expandable_segments:True"),
                "ranks of one process cannot open each other's expandable segments");
        RankThreads.run(RANKS, rank -> {
            try (Mesh mesh = rank.mesh(List.of(RANKS), Transport.cuda(rank.rank()));
                    Engine engine = Engine.open(DeviceKind.CUDA, rank.rank(), precision, Seed.of(1), false, mesh)) {
                body.run(mesh, engine);
                return rank.rank();
            }
        });
    }

    private static HostTensor numbers(float factor) {
        float[] values = new float[128];
        for (int i = 0; i < values.length; i++) {
            values[i] = factor * i;
        }
        return HostTensor.of(values, SHAPE);
    }

    private static void assertSame(HostTensor expected, Tensor actual, Engine engine) {
        try (actual) {
            assertEquals(expected, engine.ops().download(actual));
        }
    }

    @Test
    void partsAreGatheredAndCutsMove() throws Exception {
        onDevices((mesh, engine) -> {
            Collectives collectives = engine.collectives();
            for (int from = 0; from < SHAPE.length; from++) {
                try (Tensor part = engine.ops().upload(mesh.part(numbers(1), new Layout(List.of(from))))) {
                    assertSame(numbers(1), collectives.at("x").allGather(part, 0, from), engine);
                    WholeDownload download = new WholeDownload(engine.ops(), collectives.at("x"), 3);
                    assertEquals(numbers(1), download.of(part, new Layout(List.of(from))));
                    for (int to = 0; to < SHAPE.length; to++) {
                        if (to != from) {
                            HostTensor expected = mesh.part(numbers(1), new Layout(List.of(to)));
                            assertSame(expected, collectives.at("x").allToAll(part, 0, from, to), engine);
                        }
                    }
                }
            }
        });
    }

    @Test
    void addendsAreReduced() throws Exception {
        onDevices((mesh, engine) -> {
            Collectives collectives = engine.collectives();
            try (Tensor addend = engine.ops().upload(numbers(1 + mesh.coordinate(0)))) {
                assertSame(numbers(3), collectives.at("x").allReduce(addend, 0), engine);
                for (int to = 0; to < SHAPE.length; to++) {
                    HostTensor expected = mesh.part(numbers(3), new Layout(List.of(to)));
                    assertSame(expected, collectives.at("x").reduceScatter(addend, 0, to), engine);
                }
                Running running = mesh.startReduce("x", 0, addend, Reduction.MAXIMUM);
                running.await();
                assertEquals(numbers(2), engine.ops().download(addend));
            }
        });
    }

    @Test
    void whatRanksDoIsRecordedAndRepeated() throws Exception {
        onDevices((mesh, engine) -> {
            Collectives collectives = engine.collectives();
            HostTensor own = mesh.part(numbers(1), new Layout(List.of(0)));
            try (Tensor sum = engine.ops().upload(numbers(1));
                    Tensor part = engine.ops().upload(own)) {
                mesh.reduce("x", 0, sum, Reduction.SUM); // connects
                collectives.at("x").allGather(part, 0, 0).close();
                Tensor[] gathered = new Tensor[1];
                try (Recording recording = engine.record(() -> {
                    Running running = mesh.startReduce("x", 0, sum, Reduction.SUM);
                    gathered[0] = collectives.at("gather x").startAllGather(part, 0);
                    running.await();
                    collectives.finish("gather x");
                })) {
                    mesh.holdUntilAbort(recording::abandon);
                    assertEquals(numbers(2), engine.ops().download(sum)); // not done yet
                    recording.replay();
                    recording.replay();
                    assertEquals(numbers(8), engine.ops().download(sum));
                    assertSame(numbers(1), gathered[0], engine);
                }
            }
        });
    }

    @Test
    void aLossCutByClassesIsThatOfAllClasses() throws Exception {
        for (Precision precision : List.of(Precision.FP32, Precision.BF16)) {
            for (int classes : new int[] {64, 30}) { // rows that are aligned, and that are not
                for (double smoothing : new double[] {0, 0.1}) {
                    onDevices(precision, (mesh, engine) -> assertLossOfClasses(mesh, engine, classes, smoothing));
                }
            }
        }
    }

    private static void assertLossOfClasses(Mesh mesh, Engine engine, int classes, double smoothing) {
        Random random = new Random(classes);
        int rows = 6;
        float[] numbers = new float[rows * classes];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Math.round(random.nextGaussian() * 64) / 16f; // exact in bfloat16
        }
        HostTensor logits = HostTensor.of(numbers, rows, classes);
        HostTensor targets = HostTensor.of(new long[] {0, classes - 1, -100, classes / 2 - 1, classes / 2, 3}, rows);
        Layout columns = new Layout(List.of(1));
        Ops ops = engine.ops();
        try (Tensor all = ops.upload(logits);
                Tensor part = ops.upload(mesh.part(logits, columns));
                Tensor ids = ops.upload(targets);
                Tensor one = ops.scalar(1)) {
            Tensor[] whole = ops.crossEntropy(all, ids, -100, smoothing);
            Tensor[] cut = ops.at("loss")
                    .crossEntropy(
                            part, ids, -100, smoothing, mesh.offset(classes / 2), classes, mesh.peers(), mesh.peers(0));
            Tensor gradient = ops.crossEntropyBackward(one, whole[1], ids, whole[2], -100, smoothing);
            Tensor ownGradient = ops.crossEntropyBackward(
                    one, cut[1], ids, cut[2], -100, smoothing, mesh.offset(classes / 2), classes);
            assertNear(ops.download(whole[0]), ops.download(cut[0]), 1e-4f);
            assertNear(mesh.part(ops.download(whole[1]), columns), ops.download(cut[1]), 1e-4f);
            assertNear(mesh.part(ops.download(gradient), columns), ops.download(ownGradient), 1e-3f); // bfloat16
            Tensors.close(whole);
            Tensors.close(cut);
            Tensors.close(gradient, ownGradient);
        }
    }

    private static void assertNear(HostTensor expected, HostTensor actual, float tolerance) {
        assertArrayEquals(expected.shape(), actual.shape());
        assertArrayEquals(expected.floats(), actual.floats(), tolerance);
    }
}
