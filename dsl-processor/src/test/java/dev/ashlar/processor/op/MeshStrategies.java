package dev.ashlar.processor.op;

import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.shard.Grid;
import dev.ashlar.processor.shard.GridTensors;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.Placement;
import dev.ashlar.processor.shard.SimulatedMesh;
import dev.ashlar.processor.shard.Strategies;
import dev.ashlar.processor.shard.Strategy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * Runs every strategy that a rule allows on a mesh of simulated ranks, forward and backward, and compares it with the serial operator:
 * operands are cut up by the strategy's layouts, results put together by them.
 */
final class MeshStrategies {
    private static final double TOLERANCE = 2e-5;

    private final String name;
    private final Rule.Inference inference;
    private final dev.ashlar.processor.op.Strategies.Kernel kernel;
    private final Mesh mesh;
    private final SimulatedMesh ranks;
    private final Random random = new Random(3);

    MeshStrategies(String name, Rule.Inference inference, dev.ashlar.processor.op.Strategies.Kernel kernel, Mesh mesh) {
        this.name = name + " (" + inference.flat() + ")";
        this.inference = inference;
        this.kernel = kernel;
        this.mesh = mesh;
        this.ranks = new SimulatedMesh(mesh);
    }

    /** Checks all strategies; gives their texts. */
    Set<String> check(List<Tensor> operands, Draw draw) {
        List<Grid> wholes = operands.stream().map(GridTensors::grid).toList();
        var serial = kernel.run(tensors(wholes, operands), inference.outputs(), Map.of());
        List<Tensor> outputs = serial.outputs();
        List<Tensor> outputGradients = outputs.stream()
                .map(y -> OperatorGradientTest.gradientFor(y, draw))
                .toList();
        List<Optional<Tensor>> gradients = serial.gradients(outputGradients);
        Whole whole = new Whole(
                operands,
                wholes,
                grids(outputs),
                grids(outputGradients),
                gradients.stream().map(g -> g.map(GridTensors::grid)).toList());
        Set<String> seen = new LinkedHashSet<>();
        List<String> names = IntStream.range(0, operands.size() + outputs.size())
                .mapToObj(i -> (i < operands.size() ? "x" : "y") + i)
                .toList();
        for (Strategy strategy : Strategies.of(inference, names, mesh)) {
            check(strategy, whole);
            seen.add(strategy.toString());
        }
        return seen;
    }

    /** Operands and results of the serial operator. */
    private record Whole(
            List<Tensor> tensors,
            List<Grid> operands,
            List<Grid> outputs,
            List<Grid> outputGradients,
            List<Optional<Grid>> gradients) {}

    private void check(Strategy strategy, Whole whole) {
        List<List<Grid>> operands = distribute(whole.operands(), strategy.operands());
        List<List<Grid>> outputGradients = distribute(whole.outputGradients(), strategy.outputGradients());
        List<List<Grid>> outputs = new ArrayList<>();
        List<List<Optional<Grid>>> gradients = new ArrayList<>();
        for (int rank = 0; rank < ranks.ranks(); rank++) {
            List<Grid> own = withoutAddends(of(operands, rank), strategy, rank);
            var run = kernel.run(tensors(own, whole.tensors()), localDims(strategy), shards(strategy, rank));
            outputs.add(grids(run.outputs()));
            gradients.add(run.gradients(tensors(of(outputGradients, rank), run.outputs())).stream()
                    .map(g -> g.map(GridTensors::grid))
                    .toList());
        }
        String what = name + " on " + mesh + ", " + strategy;
        for (int i = 0; i < whole.outputs().size(); i++) {
            int output = i;
            List<Grid> parts = outputs.stream().map(o -> o.get(output)).toList();
            compare(
                    what + ": output " + i,
                    parts,
                    strategy.outputs().get(i),
                    whole.outputs().get(i));
        }
        if (strategy.outputs().stream().anyMatch(y -> y.placements().contains(Placement.PARTIAL_MAXIMUM))) {
            return; // the gradient of a maximum belongs to the rank that has it
        }
        for (int i = 0; i < whole.gradients().size(); i++) {
            int operand = i;
            if (whole.gradients().get(i).isPresent()) {
                List<Grid> parts = gradients.stream()
                        .map(g -> g.get(operand).orElseThrow())
                        .toList();
                Grid expected = whole.gradients().get(i).get();
                compare(
                        what + ": gradient " + i,
                        parts,
                        strategy.operandGradients().get(i),
                        expected);
            }
        }
    }

    /** Where outputs are partial sums, only the first rank adds addends: the others get zeros. */
    private List<Grid> withoutAddends(List<Grid> operands, Strategy strategy, int rank) {
        Layout output = strategy.outputs().get(0);
        boolean first = IntStream.range(0, mesh.rank())
                .allMatch(a -> !output.on(a).equals(Placement.PARTIAL) || ranks.coordinates(rank)[a] == 0);
        List<Grid> own = new ArrayList<>();
        for (int i = 0; i < operands.size(); i++) {
            boolean addend = inference.flat().operands().get(i).linearity() == RuleTensor.Linearity.ADDEND;
            own.add(addend && !first ? operands.get(i).times(0) : operands.get(i));
        }
        return own;
    }

    private void compare(String what, List<Grid> parts, Layout layout, Grid expected) {
        ranks.assemble(parts, layout, TOLERANCE).assertClose(what, expected, TOLERANCE);
    }

    private List<List<Grid>> distribute(List<Grid> wholes, List<Layout> layouts) {
        return IntStream.range(0, wholes.size())
                .mapToObj(i -> ranks.distribute(wholes.get(i), layouts.get(i), random))
                .toList();
    }

    private static List<Grid> of(List<List<Grid>> parts, int rank) {
        return parts.stream().map(p -> p.get(rank)).toList();
    }

    private List<List<Dim>> localDims(Strategy strategy) {
        List<List<Dim>> dims = new ArrayList<>();
        for (int i = 0; i < inference.outputs().size(); i++) {
            List<Long> shape =
                    inference.outputs().get(i).stream().map(Dim::size).toList();
            dims.add(strategy.outputs().get(i).localShape(shape, mesh).stream()
                    .map(Dim::of)
                    .toList());
        }
        return dims;
    }

    private Map<String, KernelBuilder.Shard> shards(Strategy strategy, int rank) {
        Map<String, KernelBuilder.Shard> shards = new HashMap<>();
        for (String axis : inference.flat().axes()) {
            List<Integer> meshAxes = strategy.meshAxes(axis);
            long size = inference.axes().get(axis).size();
            long offset = 0;
            long part = size;
            for (int meshAxis : meshAxes) {
                part /= mesh.size(meshAxis);
                offset += ranks.coordinates(rank)[meshAxis] * part;
            }
            if (!meshAxes.isEmpty()) {
                shards.put(axis, new KernelBuilder.Shard(Argument.of(offset), size));
            }
        }
        return shards;
    }

    private static List<Grid> grids(List<Tensor> tensors) {
        return tensors.stream().map(GridTensors::grid).toList();
    }

    /** Fresh tensors of the element types of others. */
    private static List<Tensor> tensors(List<Grid> grids, List<Tensor> like) {
        return IntStream.range(0, grids.size())
                .mapToObj(i -> GridTensors.tensor(
                        grids.get(i), like.get(i).scalar_type().intern()))
                .toList();
    }
}
