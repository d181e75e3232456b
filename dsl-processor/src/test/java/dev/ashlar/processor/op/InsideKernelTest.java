package dev.ashlar.processor.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.shard.Grid;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.SimulatedMesh;
import dev.ashlar.processor.shard.Strategies;
import dev.ashlar.processor.shard.Strategy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Kernels that reduce inside: with the reductions that their operators declare, and no others, every strategy of their rules gives what
 * the serial operator does. Written out on plain arrays, all ranks in step.
 */
class InsideKernelTest {
    private static final double TOLERANCE = 1e-12;

    static Stream<Mesh> meshes() {
        return Stream.of(SimulatedMesh.mesh(2), SimulatedMesh.mesh(2, 2), SimulatedMesh.mesh(2, 2, 2));
    }

    private static List<Strategy> strategies(String annotation, List<List<Long>> shapes, String names, Mesh mesh) {
        Operator operator = Catalogue.standard().operator(annotation).orElseThrow();
        Rule rule = operator.furtherRules(new TestAttributes(Map.of()), shapes.size())
                .get(0);
        List<TensorType> types = shapes.stream()
                .map(s -> new TensorType(s.stream().map(Dim::of).toList(), Element.COMPUTE))
                .toList();
        try {
            return Strategies.of(rule.infer(types, Map.of()), List.of(names.split(" ")), mesh);
        } catch (RuleMismatch e) {
            return Assertions.fail(e);
        }
    }

    /** Loss and gradient of the logits on every rank. */
    private record Loss(List<Grid> losses, List<Grid> gradients) {}

    @ParameterizedTest
    @MethodSource("meshes")
    void crossEntropy(Mesh mesh) {
        Random random = new Random(1);
        List<Long> rows = List.of(4L, 8L);
        Grid logits = Grid.random(List.of(4L, 8L, 16L), random);
        Grid targets = Grid.random(rows, random).map((v, i) -> i % 5 == 0 ? -100 : random.nextInt(16));
        SimulatedMesh one = new SimulatedMesh(SimulatedMesh.mesh(1));
        Loss serial = crossEntropy(one, List.of(logits), List.of(targets), List.of(), List.of(), List.of(0));
        SimulatedMesh ranks = new SimulatedMesh(mesh);
        List<Strategy> strategies =
                strategies("CrossEntropy", List.of(logits.shape(), rows), "logits targets loss", mesh);
        assertTrue(strategies.stream().anyMatch(s -> s.insideAxes().size() == mesh.rank()));
        for (Strategy s : strategies) {
            List<Integer> tokens = axes(s, "t0", "t1");
            Loss loss = crossEntropy(
                    ranks,
                    ranks.distribute(logits, s.operands().get(0), random),
                    ranks.distribute(targets, s.operands().get(1), random),
                    tokens,
                    s.meshAxes("v"),
                    starts(ranks, mesh, s.meshAxes("v"), 16));
            compare(
                    ranks,
                    s + " loss",
                    loss.losses(),
                    s.outputs().get(0),
                    serial.losses().get(0));
            compare(
                    ranks,
                    s + " gradient",
                    loss.gradients(),
                    s.operandGradients().get(0),
                    serial.gradients().get(0));
        }
    }

    private static List<Integer> axes(Strategy strategy, String... axes) {
        TreeSet<Integer> all = new TreeSet<>();
        Arrays.stream(axes).map(strategy::meshAxes).forEach(all::addAll);
        return List.copyOf(all);
    }

    private static List<Integer> starts(SimulatedMesh ranks, Mesh mesh, List<Integer> meshAxes, int size) {
        List<Integer> starts = new ArrayList<>();
        for (int rank = 0; rank < ranks.ranks(); rank++) {
            int start = 0;
            int part = size;
            for (int axis : meshAxes) {
                part /= mesh.size(axis);
                start += ranks.coordinates(rank)[axis] * part;
            }
            starts.add(start);
        }
        return starts;
    }

    private static void compare(SimulatedMesh ranks, String what, List<Grid> parts, Layout layout, Grid whole) {
        ranks.assemble(parts, layout, TOLERANCE).assertClose(what, whole, TOLERANCE);
    }

    private static Loss crossEntropy(
            SimulatedMesh ranks,
            List<Grid> logits,
            List<Grid> targets,
            List<Integer> tokenAxes,
            List<Integer> vocabularyAxes,
            List<Integer> starts) {
        List<Grid> maximum =
                ranks.allReduce(logits.stream().map(x -> rows(x, Math::max)).toList(), vocabularyAxes, Grid::maximum);
        List<Grid> exponentials = new ArrayList<>();
        List<Grid> picked = new ArrayList<>();
        for (int r = 0; r < logits.size(); r++) {
            Grid x = logits.get(r);
            int width = width(x);
            Grid top = maximum.get(r);
            exponentials.add(rows(x.map((v, i) -> Math.exp(v - top.values()[i / width])), Double::sum));
            int start = starts.get(r);
            picked.add(targets.get(r)
                    .map((t, i) -> t >= start && t < start + width ? x.values()[i * width + (int) t - start] : 0));
        }
        List<Grid> sums = ranks.allReduce(exponentials, vocabularyAxes, Grid::plus);
        List<Grid> chosen = ranks.allReduce(picked, vocabularyAxes, Grid::plus);
        List<Grid> totals = new ArrayList<>();
        for (int r = 0; r < logits.size(); r++) {
            double loss = 0;
            double count = 0;
            for (int i = 0; i < targets.get(r).values().length; i++) {
                if (targets.get(r).values()[i] >= 0) {
                    count++;
                    loss += Math.log(sums.get(r).values()[i])
                            + maximum.get(r).values()[i]
                            - chosen.get(r).values()[i];
                }
            }
            totals.add(new Grid(List.of(2L), new double[] {loss, count}));
        }
        List<Grid> whole = ranks.allReduce(totals, tokenAxes, Grid::plus);
        List<Grid> losses = whole.stream()
                .map(g -> new Grid(List.of(), new double[] {g.values()[0] / g.values()[1]}))
                .toList();
        List<Grid> gradients = IntStream.range(0, logits.size())
                .mapToObj(r -> gradient(
                        logits.get(r),
                        targets.get(r),
                        maximum.get(r),
                        sums.get(r),
                        whole.get(r).values()[1],
                        starts.get(r)))
                .toList();
        return new Loss(losses, gradients);
    }

    private static Grid gradient(Grid logits, Grid targets, Grid maximum, Grid sums, double count, int start) {
        int width = width(logits);
        return logits.map((x, i) -> {
            int row = i / width;
            double target = targets.values()[row];
            double share = Math.exp(x - maximum.values()[row]) / sums.values()[row];
            return target < 0 ? 0 : (share - (target == start + i % width ? 1 : 0)) / count;
        });
    }

    private static int width(Grid grid) {
        return Math.toIntExact(grid.shape().get(grid.shape().size() - 1));
    }

    private static Grid rows(Grid grid, java.util.function.DoubleBinaryOperator reduction) {
        int width = width(grid);
        double[] rows = new double[grid.values().length / width];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Arrays.stream(grid.values(), i * width, (i + 1) * width)
                    .reduce(reduction)
                    .orElseThrow();
        }
        return new Grid(grid.shape().subList(0, grid.shape().size() - 1), rows);
    }

    /** Output and gradients of input, weight and bias on every rank. */
    private record Norm(List<Grid> y, List<Grid> dx, List<Grid> dweight, List<Grid> dbias) {}

    @ParameterizedTest
    @MethodSource("meshes")
    void batchNorm(Mesh mesh) {
        Random random = new Random(2);
        List<Long> channels = List.of(4L);
        Grid x = Grid.random(List.of(4L, 4L, 4L, 2L), random);
        Grid dy = Grid.random(x.shape(), random);
        Grid weight = Grid.random(channels, random);
        Grid bias = Grid.random(channels, random);
        SimulatedMesh one = new SimulatedMesh(SimulatedMesh.mesh(1));
        Norm serial = batchNorm(one, List.of(x), List.of(dy), List.of(weight), List.of(bias), List.of(), 32);
        SimulatedMesh ranks = new SimulatedMesh(mesh);
        List<List<Long>> shapes = List.of(x.shape(), channels, channels, channels, channels);
        for (Strategy s : strategies("BatchNorm2d", shapes, "x weight bias mean var y", mesh)) {
            assertEquals(axes(s, "b", "h", "w"), s.insideAxes());
            Norm norm = batchNorm(
                    ranks,
                    ranks.distribute(x, s.operands().get(0), random),
                    ranks.distribute(dy, s.outputGradients().get(0), random),
                    ranks.distribute(weight, s.operands().get(1), random),
                    ranks.distribute(bias, s.operands().get(2), random),
                    s.insideAxes(),
                    32);
            compare(ranks, s + " y", norm.y(), s.outputs().get(0), serial.y().get(0));
            compare(
                    ranks,
                    s + " dx",
                    norm.dx(),
                    s.operandGradients().get(0),
                    serial.dx().get(0));
            compare(
                    ranks,
                    s + " dweight",
                    norm.dweight(),
                    s.operandGradients().get(1),
                    serial.dweight().get(0));
            compare(
                    ranks,
                    s + " dbias",
                    norm.dbias(),
                    s.operandGradients().get(2),
                    serial.dbias().get(0));
        }
    }

    private static Norm batchNorm(
            SimulatedMesh ranks,
            List<Grid> x,
            List<Grid> dy,
            List<Grid> weight,
            List<Grid> bias,
            List<Integer> insideAxes,
            double count) {
        List<Grid> sum =
                ranks.allReduce(x.stream().map(InsideKernelTest::channels).toList(), insideAxes, Grid::plus);
        List<Grid> squares = ranks.allReduce(
                x.stream().map(g -> channels(g.map((v, i) -> v * v))).toList(), insideAxes, Grid::plus);
        List<Grid> normal = new ArrayList<>();
        List<Grid> y = new ArrayList<>();
        List<Grid> dweight = new ArrayList<>();
        for (int r = 0; r < x.size(); r++) {
            Grid own = x.get(r);
            double[] s = sum.get(r).values();
            double[] q = squares.get(r).values();
            normal.add(own.map((v, i) -> {
                int c = channel(own, i);
                return (v - s[c] / count) / deviation(s[c], q[c], count);
            }));
            double[] w = weight.get(r).values();
            double[] b = bias.get(r).values();
            y.add(normal.get(r).map((v, i) -> v * w[channel(own, i)] + b[channel(own, i)]));
            double[] xhat = normal.get(r).values();
            dweight.add(channels(dy.get(r).map((v, i) -> v * xhat[i])));
        }
        List<Grid> dbias = dy.stream().map(InsideKernelTest::channels).toList();
        List<Grid> s1 = ranks.allReduce(dbias, insideAxes, Grid::plus);
        List<Grid> s2 = ranks.allReduce(dweight, insideAxes, Grid::plus);
        List<Grid> dx = new ArrayList<>();
        for (int r = 0; r < x.size(); r++) {
            Grid own = x.get(r);
            int rank = r;
            dx.add(dy.get(r).map((v, i) -> {
                int c = channel(own, i);
                double scale = weight.get(rank).values()[c]
                        / deviation(sum.get(rank).values()[c], squares.get(rank).values()[c], count);
                double projected = normal.get(rank).values()[i] * s2.get(rank).values()[c];
                return scale * (v - (s1.get(rank).values()[c] + projected) / count);
            }));
        }
        return new Norm(y, dx, dweight, dbias);
    }

    private static double deviation(double sum, double squares, double count) {
        return Math.sqrt(squares / count - sum * sum / count / count + 1e-5);
    }

    private static int channel(Grid image, int index) {
        long area = image.shape().get(2) * image.shape().get(3);
        return (int) (index / area % image.shape().get(1));
    }

    private static Grid channels(Grid image) {
        double[] sums = new double[Math.toIntExact(image.shape().get(1))];
        for (int i = 0; i < image.values().length; i++) {
            sums[channel(image, i)] += image.values()[i];
        }
        return new Grid(List.of((long) sums.length), sums);
    }

    @Test
    void declareWhatTheyReduce() {
        Attributes plain = new TestAttributes(Map.of());
        TensorType logits = new TensorType(List.of(Dim.of(6), Dim.of(50)), Element.COMPUTE);
        TensorType targets = new TensorType(List.of(Dim.of(6)), Element.INT64);
        Shapes shapes = new Shapes(List.of(logits, targets), List.of(), List.of(), 2);
        Operator loss = Catalogue.standard().operator("CrossEntropy").orElseThrow();
        assertEquals(List.of(new InnerReduction(true, 8)), loss.reductions(plain, "t0", shapes));
        assertEquals(
                List.of(new InnerReduction(true, 24), new InnerReduction(true, 48)),
                loss.reductions(plain, "v", shapes));
        Attributes smoothed = new TestAttributes(Map.of("labelSmoothing", 0.1));
        assertEquals(72, loss.reductions(smoothed, "v", shapes).get(1).bytes());
        TensorType image = new TensorType(List.of(Dim.of(2), Dim.of(3), Dim.of(4), Dim.of(4)), Element.COMPUTE);
        Operator norm = Catalogue.standard().operator("BatchNorm2d").orElseThrow();
        assertEquals(
                List.of(new InnerReduction(true, 24), new InnerReduction(false, 24)),
                norm.reductions(plain, "b", new Shapes(List.of(image), List.of(), List.of(), 2)));
    }
}
