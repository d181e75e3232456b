package dev.ashlar.runtime.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.dist.CollectiveKind;
import dev.ashlar.runtime.dist.Layout;
import dev.ashlar.runtime.dist.Mesh;
import dev.ashlar.runtime.dist.Reduction;
import dev.ashlar.runtime.dist.Traffic;
import dev.ashlar.runtime.launch.RankThreads;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Ranks as threads: every collective along every axis and dimension gives what its layouts say. */
class CollectivesTest {
    private static final long[] SHAPE = {4, 8, 4};

    /** What one rank does. */
    private interface Body {
        void run(Mesh mesh, Collectives collectives, Ops ops);
    }

    private static void onRanks(List<Integer> sizes, Body body) throws ExecutionException, InterruptedException {
        int ranks = sizes.stream().reduce(1, (a, b) -> a * b);
        RankThreads.run(ranks, rank -> {
            try (Mesh mesh = rank.mesh(sizes);
                    Engine engine = Engine.open(DeviceKind.CPU, Precision.FP32, Seed.of(1), true, mesh)) {
                body.run(mesh, engine.collectives(), engine.ops());
                return rank.rank();
            }
        });
    }

    static Stream<Arguments> meshes() {
        return Stream.of(List.of(2), List.of(4), List.of(2, 2))
                .flatMap(sizes -> IntStream.range(0, sizes.size())
                        .boxed()
                        .flatMap(axis -> IntStream.range(0, SHAPE.length).mapToObj(d -> Arguments.of(sizes, axis, d))));
    }

    private static HostTensor numbers() {
        float[] values = new float[128];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        return HostTensor.of(values, SHAPE);
    }

    private static Layout cut(List<Integer> sizes, int axis, int dimension) {
        return new Layout(IntStream.range(0, sizes.size())
                .mapToObj(a -> a == axis ? dimension : Layout.REPLICATED)
                .toList());
    }

    private static void assertSame(HostTensor expected, Tensor actual, Ops ops) {
        try (actual) {
            assertTrue(actual.is_contiguous());
            assertEquals(expected, ops.download(actual));
        }
    }

    /** Pieces of one index of a dimension up to all of it, along dimensions that are cut and that are not. */
    @ParameterizedTest
    @MethodSource("meshes")
    void wholeTensorsComeInPieces(List<Integer> sizes, int axis, int dimension) throws Exception {
        onRanks(sizes, (mesh, collectives, ops) -> {
            List<Integer> all = IntStream.range(0, sizes.size())
                    .mapToObj(a -> a == axis ? dimension : 1)
                    .toList();
            for (Layout layout : List.of(cut(sizes, axis, dimension), new Layout(all), Layout.whole())) {
                for (long pieces : List.of(1L, 3L, 1L << 20)) {
                    try (Tensor x = ops.upload(mesh.part(numbers(), layout))) {
                        WholeDownload download = new WholeDownload(ops, collectives.at("x"), pieces);
                        assertEquals(numbers(), download.of(x, layout));
                    }
                }
            }
        });
    }

    @ParameterizedTest
    @MethodSource("meshes")
    void partsAreGathered(List<Integer> sizes, int axis, int dimension) throws Exception {
        onRanks(sizes, (mesh, collectives, ops) -> {
            HostTensor part = mesh.part(numbers(), cut(sizes, axis, dimension));
            try (Tensor x = ops.upload(part)) {
                assertSame(numbers(), collectives.at("x").allGather(x, axis, dimension), ops);
                assertSame(part, Tensors.share(x), ops);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("meshes")
    void partsAreSliced(List<Integer> sizes, int axis, int dimension) throws Exception {
        onRanks(sizes, (mesh, collectives, ops) -> {
            try (Tensor x = ops.upload(numbers())) {
                Tensor part = collectives.at("x").slice(x, axis, dimension);
                assertTrue(part.data_ptr().address() != x.data_ptr().address());
                assertSame(mesh.part(numbers(), cut(sizes, axis, dimension)), part, ops);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("meshes")
    void cutsMove(List<Integer> sizes, int axis, int dimension) throws Exception {
        onRanks(sizes, (mesh, collectives, ops) -> {
            for (int to = 0; to < SHAPE.length; to++) {
                if (to != dimension) {
                    try (Tensor x = ops.upload(mesh.part(numbers(), cut(sizes, axis, dimension)))) {
                        HostTensor expected = mesh.part(numbers(), cut(sizes, axis, to));
                        assertSame(expected, collectives.at("x").allToAll(x, axis, dimension, to), ops);
                    }
                }
            }
        });
    }

    @ParameterizedTest
    @MethodSource("meshes")
    void addendsAreReducedAndScattered(List<Integer> sizes, int axis, int dimension) throws Exception {
        onRanks(sizes, (mesh, collectives, ops) -> {
            int n = sizes.get(axis);
            try (Tensor x = ops.upload(numbers());
                    Tensor addend = ops.scale(x, mesh.coordinate(axis) + 1)) {
                HostTensor sum = scaled(numbers(), n * (n + 1) / 2);
                assertSame(sum, collectives.at("x").allReduce(addend, axis), ops);
                assertSame(
                        mesh.part(sum, cut(sizes, axis, dimension)),
                        collectives.reduceScatter(addend, axis, dimension),
                        ops);
                assertSame(sum, collectives.allReduceInPlace(Tensors.share(addend), axis), ops);
                assertSame(sum, Tensors.share(addend), ops);
            }
        });
    }

    private static HostTensor scaled(HostTensor x, float factor) {
        float[] values = x.floats().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
        }
        return HostTensor.of(values, x.shape());
    }

    @Test
    void aWholeBecomesAddends() throws Exception {
        onRanks(List.of(2, 2), (mesh, collectives, ops) -> {
            try (Tensor x = ops.upload(numbers())) {
                Tensor addend = collectives.at("x").zeroFill(x, 1);
                assertSame(numbers(), collectives.allReduceInPlace(addend, 1), ops);
            }
        });
    }

    /** What was a view of the source's memory is one of the result's: nothing is copied to make it. */
    @Test
    void theTransposedKeepsItsOrder() throws Exception {
        onRanks(List.of(2), (mesh, collectives, ops) -> {
            float[] numbers = new float[16];
            float[] sums = new float[16];
            for (int i = 0; i < 16; i++) {
                numbers[i] = i;
                sums[4 * (i % 4) + i / 4] = 2 * i;
            }
            Tensor x = ops.upload(HostTensor.of(numbers, 4, 4)).t();
            HostTensor sum = HostTensor.of(sums, 4, 4);
            assertTransposed(sum, collectives.at("x").allReduce(x, 0), ops);
            Tensor part = collectives.slice(x, 0, 0);
            assertTransposed(x, collectives.allGather(part, 0, 0), ops);
            Tensor scattered = collectives.reduceScatter(x, 0, 0);
            assertTransposed(sum, collectives.allGather(scattered, 0, 0), ops);
            Tensor turned = collectives.allToAll(part, 0, 0, 1);
            assertTransposed(part, collectives.allToAll(turned, 0, 1, 0), ops);
            assertTransposed(sum, collectives.allReduceInPlace(x.clone(), 0), ops);
            Tensor first = collectives.zeroFill(x, 0);
            assertTransposed(x, collectives.allReduceInPlace(first, 0), ops);
        });
    }

    private static void assertTransposed(Tensor expected, Tensor actual, Ops ops) {
        assertTransposed(ops.download(expected), actual, ops);
    }

    private static void assertTransposed(HostTensor expected, Tensor actual, Ops ops) {
        try (actual;
                Tensor memory = actual.t()) {
            assertTrue(memory.is_contiguous());
            assertEquals(expected, ops.download(actual));
        }
    }

    /** The first axis is the outer where both cut one dimension. */
    @Test
    void outputsAreMadeWhole() throws Exception {
        for (String text : List.of("[S0, S0]", "[S1, S2]", "[R, S1]", "[S2, R]", "[R, R]")) {
            Layout layout = Layout.parse(text);
            onRanks(List.of(2, 2), (mesh, collectives, ops) -> {
                Tensor part = ops.upload(mesh.part(numbers(), layout));
                assertSame(numbers(), collectives.at("x").whole(part, layout), ops);
            });
        }
    }

    @Test
    void peersReduceOverAllTheirAxes() throws Exception {
        onRanks(List.of(2, 2), (mesh, collectives, ops) -> {
            float rank = mesh.offset(2, 1);
            try (Tensor sum = ops.scalar(rank);
                    Tensor largest = ops.scalar(-rank)) {
                mesh.peers(0, 1).reduce("x", sum, Reduction.SUM);
                mesh.peers(Layout.parse("[R, S0]")).reduce("x", largest, Reduction.MAXIMUM);
                assertEquals(6, ops.item(sum));
                assertEquals(-2f * mesh.coordinate(0), ops.item(largest), 0);
            }
            assertTrue(mesh.peers(Layout.whole()).isEmpty());
        });
    }

    /** A 4x8x4 tensor of floats has 512 bytes. */
    @Test
    void sentBytesAreCounted() throws Exception {
        onRanks(List.of(4), (mesh, collectives, ops) -> {
            try (Tensor x = ops.upload(numbers());
                    Tensor part = collectives.at("a").slice(x, 0, 1)) {
                collectives.at("b").allGather(part, 0, 1).close();
                collectives.at("b").allGather(part, 0, 1).close();
                collectives.at("c").allToAll(part, 0, 1, 2).close();
                collectives.at("d").allReduce(x, 0).close();
                collectives.at("e").reduceScatter(x, 0, 0).close();
            }
            assertEquals(
                    Map.of(
                            new Traffic.Place("b", 0, CollectiveKind.ALL_GATHER), new Traffic.Amount(2, 2 * 384),
                            new Traffic.Place("c", 0, CollectiveKind.ALL_TO_ALL), new Traffic.Amount(1, 96),
                            new Traffic.Place("d", 0, CollectiveKind.ALL_REDUCE), new Traffic.Amount(1, 768),
                            new Traffic.Place("e", 0, CollectiveKind.REDUCE_SCATTER), new Traffic.Amount(1, 768)),
                    mesh.traffic().amounts());
        });
    }

    @Test
    void bfloat16IsReduced() throws Exception {
        onRanks(List.of(2), (mesh, collectives, ops) -> {
            try (Tensor x = ops.upload(numbers());
                    Tensor narrow = x.to(torch.ScalarType.BFloat16)) {
                try (Tensor sum = collectives.at("x").allReduce(narrow, 0)) {
                    assertEquals(scaled(numbers(), 2), ops.download(sum));
                }
            }
        });
    }

    @Test
    void aRankThatFailsEndsTheOthers() {
        ExecutionException failed = assertThrows(
                ExecutionException.class,
                () -> onRanks(List.of(4), (mesh, collectives, ops) -> {
                    if (mesh.coordinate(0) == 2) {
                        throw new AshlarException("no data");
                    }
                    try (Tensor x = ops.upload(numbers())) {
                        collectives.at("x").allReduce(x, 0).close();
                    }
                }));
        Stream<Throwable> causes = Stream.concat(
                Stream.of(failed.getCause()), Stream.of(failed.getSuppressed()).map(Throwable::getCause));
        BiFunction<Stream<Throwable>, String, Long> count = (all, text) ->
                all.filter(c -> String.valueOf(c.getMessage()).contains(text)).count();
        assertEquals(1, count.apply(causes, "no data"));
    }
}
