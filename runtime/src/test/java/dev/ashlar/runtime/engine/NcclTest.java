package dev.ashlar.runtime.engine;

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
        assumeTrue(Engine.count(DeviceKind.CUDA) >= RANKS, "fewer than two CUDA devices here");
        RankThreads.run(RANKS, rank -> {
            try (Mesh mesh = rank.mesh(List.of(RANKS), Transport.cuda(rank.rank()));
                    Engine engine =
                            Engine.open(DeviceKind.CUDA, rank.rank(), Precision.FP32, Seed.of(1), false, mesh)) {
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
}
