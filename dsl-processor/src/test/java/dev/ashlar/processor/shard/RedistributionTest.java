package dev.ashlar.processor.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.device.Collective;
import dev.ashlar.processor.device.Device;
import dev.ashlar.processor.device.Link;
import dev.ashlar.processor.device.MeasuredTimes;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.device.MeshAxis;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RedistributionTest {
    private static final Link FAST = new Link("fast", 8e-6, 450e9);
    private static final Link SLOW = new Link("slow", 15e-6, 5e9);
    private static final Link HASTY = new Link("hasty", 0, 1e9);

    /** A mesh, a tensor and a kind of device. */
    record Case(List<MeshAxis> axes, List<Long> shape, int elementBytes, boolean cpu) {
        Mesh mesh() {
            return new Mesh(axes);
        }

        Device device() {
            return SimulatedMesh.device(cpu);
        }

        Redistribution redistribution() {
            return new Redistribution(new Collectives(mesh(), device()));
        }

        @Override
        public String toString() {
            return mesh() + " " + axes.stream().map(a -> a.link().name()).toList() + " " + shape + "*" + elementBytes
                    + (cpu ? " cpu" : "");
        }
    }

    private static List<MeshAxis> axes(int size, Link... links) {
        return Arrays.stream(links).map(l -> new MeshAxis(size, l)).toList();
    }

    static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        List<List<MeshAxis>> meshes = List.of(
                axes(2, FAST, FAST),
                axes(2, SLOW, FAST),
                axes(4, FAST, SLOW),
                axes(4, HASTY, HASTY),
                axes(2, SLOW, FAST, FAST),
                axes(2, HASTY, SLOW, FAST));
        for (List<MeshAxis> mesh : meshes) {
            cases.add(new Case(mesh, List.of(16L, 1024L, 768L), 2, false));
            cases.add(new Case(mesh, List.of(16L, 16L, 16L), 4, false));
            cases.add(new Case(mesh, List.of(6L, 64L, 4096L), 4, true));
            cases.add(new Case(mesh, List.of(3L, 8L, 1L << 22), 2, false));
        }
        cases.add(new Case(axes(1, FAST, FAST), List.of(4L, 3L), 4, false));
        cases.add(new Case(List.of(new MeshAxis(1, SLOW), new MeshAxis(3, FAST)), List.of(6L, 9L, 5L), 4, false));
        return cases;
    }

    /** Floyd and Warshall's algorithm over moves that are legal because a group holds what its members need. */
    @ParameterizedTest
    @MethodSource("cases")
    void isAsCheapAsAnyWayThereIs(Case c) {
        Redistribution redistribution = c.redistribution();
        List<Layout> layouts = redistribution.layouts(c.shape());
        OptionalLong[][] cheapest = new MoveOracle(c.mesh(), c.device(), c.shape(), c.elementBytes()).cheapest(layouts);
        for (int from = 0; from < layouts.size(); from++) {
            for (int to = 0; to < layouts.size(); to++) {
                Layout a = layouts.get(from);
                Layout b = layouts.get(to);
                if (cheapest[from][to].isEmpty()) {
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> redistribution.path(c.shape(), c.elementBytes(), a, b),
                            () -> a + " to " + b);
                } else {
                    Path path = redistribution.path(c.shape(), c.elementBytes(), a, b);
                    assertEquals(cheapest[from][to].getAsLong(), path.ticks(), () -> a + " to " + b + " by " + path);
                    assertEquals(path.ticks(), redistribution.ticks(c.shape(), c.elementBytes(), a, b));
                }
            }
        }
    }

    static List<Case> executed() {
        return List.of(
                new Case(axes(2, FAST, FAST), List.of(4L, 8L, 4L), 4, false),
                new Case(axes(2, HASTY, SLOW), List.of(4L, 4L, 12L), 4, true),
                new Case(axes(2, SLOW, FAST, FAST), List.of(8L, 4L, 4L), 2, false),
                new Case(axes(2, FAST, HASTY, SLOW), List.of(2L, 8L, 8L), 2, true));
    }

    @ParameterizedTest
    @MethodSource("executed")
    void putsEveryPartWhereItBelongs(Case c) {
        Redistribution redistribution = c.redistribution();
        SimulatedMesh ranks = new SimulatedMesh(c.mesh());
        Random random = new Random(7);
        Grid whole = Grid.random(c.shape(), random);
        List<Layout> layouts = redistribution.layouts(c.shape());
        for (Layout from : layouts) {
            List<Grid> before = ranks.distribute(whole, from, random);
            for (Layout to : layouts) {
                if (isReachable(from, to)) {
                    execute(redistribution.path(c.shape(), c.elementBytes(), from, to), c, ranks, before, whole, to);
                }
            }
        }
    }

    private static boolean isReachable(Layout from, Layout to) {
        for (int axis = 0; axis < to.placements().size(); axis++) {
            if (to.on(axis).equals(Placement.PARTIAL_MAXIMUM) && !from.on(axis).equals(Placement.PARTIAL_MAXIMUM)) {
                return false;
            }
        }
        return true;
    }

    private static void execute(Path path, Case c, SimulatedMesh ranks, List<Grid> before, Grid whole, Layout to) {
        List<Grid> parts = before;
        for (Move move : path.moves()) {
            parts = ranks.execute(move, parts);
        }
        for (Grid part : parts) {
            assertEquals(to.localShape(c.shape(), c.mesh()), part.shape(), () -> path.toString());
        }
        ranks.assemble(parts, to, 0).assertClose(path.toString(), whole, 0);
    }

    @Test
    void gathersTheInnerAxisFirst() {
        Case c = new Case(axes(2, FAST, FAST), List.of(1024L, 1024L), 4, false);
        Path path = c.redistribution().path(c.shape(), 4, Layout.parse("[S0, S0]"), Layout.parse("[R, R]"));
        assertEquals(
                "[all_gather over 1: [S0, S0] -> [S0, R], all_gather over 0: [S0, R] -> [R, R]]",
                path.moves().toString());
        assertEquals(
                List.of(1L << 21, 1L << 22),
                path.moves().stream().map(Move::tensorBytes).toList());
        // the second result beside the first
        assertEquals((1L << 21) + (1L << 22), path.extraBytes());
    }

    @Test
    void scattersBeforeItReducesOverASlowLink() {
        Case c = new Case(List.of(new MeshAxis(4, SLOW), new MeshAxis(2, FAST)), List.of(64L, 1L << 20), 4, false);
        Path path = c.redistribution().path(c.shape(), 4, Layout.parse("[P, P]"), Layout.parse("[R, R]"));
        assertEquals(
                "[reduce_scatter over 1: [P, P] -> [P, S0], all_reduce over 0: [P, S0] -> [R, S0],"
                        + " all_gather over 1: [R, S0] -> [R, R]]",
                path.moves().toString());
    }

    /** Figures by hand: 1 MiB at 1e10 B/s, 1e-5 s a collective; copies at 1e11 B/s. */
    @Test
    void pricesMoves() {
        Mesh mesh = SimulatedMesh.mesh(4);
        long mib = 1L << 20;
        Map<String, double[]> expected = Map.of(
                "[S0] -> [R]", new double[] {1e-5 + 0.75 * mib / 1e10, 0.75 * mib, mib, 0},
                "[S1] -> [R]", new double[] {1e-5 + 0.75 * mib / 1e10 + 2 * mib / 1e11, 0.75 * mib, mib, mib},
                "[S0] -> [S1]",
                        new double[] {1e-5 + 0.1875 * mib / 1e10 + 0.5 * mib / 1e11, 0.1875 * mib, mib / 4, mib / 4},
                "[P] -> [R]", new double[] {1e-5 + 1.5 * mib / 1e10, 1.5 * mib, 0, 0},
                "[P] -> [S0]", new double[] {1e-5 + 0.75 * mib / 1e10, 0.75 * mib, mib / 4, 0},
                "[P] -> [S1]", new double[] {1e-5 + 0.75 * mib / 1e10 + 2 * mib / 1e11, 0.75 * mib, mib / 4, mib},
                "[R] -> [S1]", new double[] {0.5 * mib / 1e11, 0, mib / 4, 0},
                "[R] -> [P]", new double[] {mib / 1e11, 0, mib, 0});
        check(mesh, false, expected);
        check(mesh, true, Map.of("[P] -> [S0]", new double[] {
            1e-5 + 1.5 * mib / 1e10 + 2.5 * mib / 1e11, 1.5 * mib, mib / 4, mib
        }));
    }

    private static void check(Mesh mesh, boolean cpu, Map<String, double[]> expected) {
        Collectives collectives = new Collectives(mesh, SimulatedMesh.device(cpu));
        expected.forEach((text, figures) -> {
            String[] ends = text.split(" -> ");
            Move move = new Moves(collectives, List.of(512L, 512L), 4)
                    .from(Layout.parse(ends[0])).stream()
                            .filter(m -> m.to().equals(Layout.parse(ends[1])))
                            .findFirst()
                            .orElseThrow();
            assertEquals(figures[0] * 1e9 * (1 << 20), move.ticks(), 1, text); // collective and copy are rounded
            assertEquals((long) figures[1], move.wireBytes(), text);
            assertEquals((long) figures[2], move.resultBytes(), text);
            assertEquals((long) figures[3], move.workspaceBytes(), text);
        });
    }

    /** A measured kind takes its time for what a device sends; the others, and a reduce-scatter that is an all-reduce, as they do. */
    @Test
    void movesTakeTheTimesThatWereMeasured() {
        long wire = (1 << 20) * 3 / 4;
        SortedMap<Integer, MeasuredTimes> gather =
                new TreeMap<>(Map.of(4, new MeasuredTimes(List.of(wire, 2 * wire), List.of(0.5, 2.0))));
        SortedMap<Integer, MeasuredTimes> reduce =
                new TreeMap<>(Map.of(4, new MeasuredTimes(List.of(wire, 2 * wire), List.of(3.0, 4.0))));
        Link link = new Link("lab", 1e-5, 1e10, Map.of(Collective.ALL_GATHER, gather, Collective.ALL_REDUCE, reduce));
        Mesh mesh = Mesh.of(new MeshAxis(4, link));
        double scattered = 1e-5 + wire / 1e10;
        check(mesh, false, Map.of("[S0] -> [R]", new double[] {0.5, wire, 1 << 20, 0}));
        check(mesh, false, Map.of("[P] -> [R]", new double[] {4, 2 * wire, 0, 0}));
        check(mesh, false, Map.of("[P] -> [S0]", new double[] {scattered, wire, 1 << 18, 0}));
        double copies = 2.5 * (1 << 20) / 1e11;
        check(mesh, true, Map.of("[P] -> [S0]", new double[] {4 + copies, 2 * wire, 1 << 18, 1 << 20}));
    }

    /** Two small slices take as long in either order: that by way of the earlier layout wins. */
    @Test
    void breaksTiesByTheOrderOfLayouts() {
        Case c = new Case(axes(2, FAST, FAST), List.of(8L, 8L), 4, false);
        Path path = c.redistribution().path(c.shape(), 4, Layout.parse("[R, R]"), Layout.parse("[S0, S1]"));
        assertEquals(
                "[slice over 1: [R, R] -> [R, S1], slice over 0: [R, S1] -> [S0, S1]]",
                path.moves().toString());
    }

    @Test
    void doesNothingWhereNothingChanges() {
        Case c = cases().get(0);
        Layout layout = Layout.parse("[P, S1]");
        assertEquals(new Path(List.of(), 0, 0), c.redistribution().path(c.shape(), c.elementBytes(), layout, layout));
    }

    @Test
    void isTheSameAgain() {
        Case c = cases().get(1);
        Redistribution warm = c.redistribution();
        List<Layout> layouts = new ArrayList<>(warm.layouts(c.shape()));
        for (Layout to : layouts) {
            if (isReachable(layouts.get(1), to)) {
                warm.path(c.shape(), c.elementBytes(), layouts.get(1), to);
            }
        }
        java.util.Collections.reverse(layouts);
        for (Layout from : layouts) {
            for (Layout to : layouts) {
                if (isReachable(from, to)) {
                    Path cold = c.redistribution().path(c.shape(), c.elementBytes(), from, to);
                    assertEquals(cold, warm.path(c.shape(), c.elementBytes(), from, to));
                }
            }
        }
    }

    @Test
    void refusesWhatDoesNotDivide() {
        Case c = new Case(axes(4, FAST), List.of(6L), 4, false);
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> c.redistribution().path(c.shape(), 4, Layout.parse("[S0]"), Layout.parse("[R]")))
                .getMessage();
        assertTrue(message.contains("[S0] does not cut [6] on mesh 4 into equal parts"), message);
    }
}
