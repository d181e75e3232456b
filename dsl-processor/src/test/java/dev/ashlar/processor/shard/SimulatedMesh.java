package dev.ashlar.processor.shard;

import dev.ashlar.processor.device.Device;
import dev.ashlar.processor.device.Link;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.device.MeshAxis;
import dev.ashlar.processor.device.NumberFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BinaryOperator;
import java.util.stream.IntStream;

/** Ranks of a mesh that hold parts of tensors as plain arrays: cuts a tensor up by a layout and puts it together again. */
public final class SimulatedMesh {
    private final Mesh mesh;

    public SimulatedMesh(Mesh mesh) {
        this.mesh = mesh;
    }

    /** A mesh of these sizes with links that do not matter. */
    public static Mesh mesh(int... sizes) {
        Link link = new Link("test", 1e-5, 1e10);
        return new Mesh(
                Arrays.stream(sizes).mapToObj(n -> new MeshAxis(n, link)).toList());
    }

    public static Device device(boolean cpu) {
        Link link = new Link("test", 1e-5, 1e10);
        Map<NumberFormat, Double> rates = Map.of(NumberFormat.FP32, 1e12, NumberFormat.BF16, 2e12);
        return new Device("test", 1L << 34, 0, rates, 1e11, 4e-6, cpu, link);
    }

    public int ranks() {
        return mesh.devices();
    }

    /** Coordinates of a rank; the last axis changes fastest. */
    public int[] coordinates(int rank) {
        int[] coordinates = new int[mesh.rank()];
        for (int axis = mesh.rank() - 1, rest = rank; axis >= 0; axis--) {
            coordinates[axis] = rest % mesh.size(axis);
            rest /= mesh.size(axis);
        }
        return coordinates;
    }

    /** Ranks that differ from this one along one mesh axis alone, in order, itself among them. */
    List<Integer> group(int rank, int meshAxis) {
        int stride = 1;
        for (int axis = meshAxis + 1; axis < mesh.rank(); axis++) {
            stride *= mesh.size(axis);
        }
        int first = rank - coordinates(rank)[meshAxis] * stride;
        List<Integer> group = new ArrayList<>();
        for (int i = 0; i < mesh.size(meshAxis); i++) {
            group.add(first + i * stride);
        }
        return group;
    }

    /** What each rank holds of a tensor; addends of partial sums are random. */
    public List<Grid> distribute(Grid whole, Layout layout, Random random) {
        return distribute(whole, layout, random, 0);
    }

    private List<Grid> distribute(Grid grid, Layout layout, Random random, int meshAxis) {
        if (meshAxis == mesh.rank()) {
            return List.of(grid);
        }
        List<Grid> parts = new ArrayList<>();
        if (layout.on(meshAxis).equals(Placement.REPLICATED)) {
            List<Grid> once = distribute(grid, layout, random, meshAxis + 1);
            for (int i = 0; i < mesh.size(meshAxis); i++) {
                parts.addAll(once);
            }
            return parts;
        }
        int n = mesh.size(meshAxis);
        Grid rest = grid;
        for (int i = 0; i < n; i++) {
            Grid part;
            if (layout.on(meshAxis) instanceof Placement.Shard shard) {
                part = grid.chunk(shard.dimension(), i, n);
            } else if (layout.on(meshAxis).equals(Placement.PARTIAL)) {
                part = i == n - 1 ? rest : Grid.random(grid.shape(), random);
                rest = rest.plus(part.times(-1));
            } else {
                int winner = i;
                part = grid.map((value, index) -> index % n == winner ? value : value - 1 - random.nextInt(4));
            }
            parts.addAll(distribute(part, layout, random, meshAxis + 1));
        }
        return parts;
    }

    /** The tensor that these parts are. */
    public Grid assemble(List<Grid> parts, Layout layout, double tolerance) {
        return assemble(parts, layout, tolerance, 0, 0);
    }

    private Grid assemble(List<Grid> parts, Layout layout, double tolerance, int meshAxis, int rank) {
        if (meshAxis == mesh.rank()) {
            return parts.get(rank);
        }
        List<Grid> pieces = new ArrayList<>();
        for (int i = 0; i < mesh.size(meshAxis); i++) {
            pieces.add(assemble(parts, layout, tolerance, meshAxis + 1, rank * mesh.size(meshAxis) + i));
        }
        Placement placement = layout.on(meshAxis);
        if (placement instanceof Placement.Shard shard) {
            return Grid.concat(shard.dimension(), pieces);
        } else if (placement.equals(Placement.PARTIAL)) {
            return pieces.stream().reduce(Grid::plus).orElseThrow();
        } else if (placement.equals(Placement.PARTIAL_MAXIMUM)) {
            return pieces.stream().reduce(Grid::maximum).orElseThrow();
        }
        pieces.forEach(p -> p.assertClose("a replica under " + layout, pieces.get(0), tolerance));
        return pieces.get(0);
    }

    /** What each rank holds after reductions over its groups along some mesh axes. */
    public List<Grid> allReduce(List<Grid> parts, Collection<Integer> meshAxes, BinaryOperator<Grid> reduction) {
        List<Grid> reduced = parts;
        for (int meshAxis : meshAxes) {
            List<Grid> before = reduced;
            reduced = IntStream.range(0, ranks())
                    .mapToObj(rank -> group(rank, meshAxis).stream()
                            .map(before::get)
                            .reduce(reduction)
                            .orElseThrow())
                    .toList();
        }
        return reduced;
    }

    /** A rank's chunk of what it has, along one mesh axis. */
    public Grid chunk(Grid part, int dimension, int rank, int meshAxis) {
        return part.chunk(dimension, coordinates(rank)[meshAxis], mesh.size(meshAxis));
    }

    /** What the ranks hold after a move, each from what its group held before. */
    public List<Grid> execute(Move move, List<Grid> before) {
        List<Grid> after = new ArrayList<>();
        for (int rank = 0; rank < ranks(); rank++) {
            List<Grid> group =
                    group(rank, move.meshAxis()).stream().map(before::get).toList();
            after.add(execute(move, group, coordinates(rank)[move.meshAxis()]));
        }
        return after;
    }

    private static Grid execute(Move move, List<Grid> group, int self) {
        int n = group.size();
        Placement from = move.from().on(move.meshAxis());
        Placement to = move.to().on(move.meshAxis());
        return switch (move.kind()) {
            case ALL_GATHER -> Grid.concat(dimension(from), group);
            case ALL_TO_ALL ->
                Grid.concat(
                        dimension(from),
                        group.stream().map(g -> g.chunk(dimension(to), self, n)).toList());
            case REDUCE_SCATTER -> reduce(from, group).chunk(dimension(to), self, n);
            case ALL_REDUCE -> reduce(from, group);
            case SLICE -> group.get(self).chunk(dimension(to), self, n);
            case ZERO_FILL -> self == 0 ? group.get(0) : group.get(self).times(0);
        };
    }

    private static int dimension(Placement placement) {
        return ((Placement.Shard) placement).dimension();
    }

    private static Grid reduce(Placement placement, List<Grid> group) {
        return group.stream()
                .reduce(placement.equals(Placement.PARTIAL) ? Grid::plus : Grid::maximum)
                .orElseThrow();
    }
}
