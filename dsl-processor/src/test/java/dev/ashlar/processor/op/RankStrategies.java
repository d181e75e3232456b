package dev.ashlar.processor.op;

import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.shard.Grid;
import dev.ashlar.processor.shard.GridTensors;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.Placement;
import dev.ashlar.processor.shard.SimulatedMesh;
import dev.ashlar.processor.shard.Strategies;
import dev.ashlar.processor.shard.Strategy;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.DeviceKind;
import dev.ashlar.runtime.engine.Engine;
import dev.ashlar.runtime.engine.Precision;
import dev.ashlar.runtime.launch.RankThreads;
import dev.ashlar.runtime.launch.Ranks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Runs every strategy that the planner may choose for an operator on ranks that are connected by Gloo, with the kernels that written code
 * calls: forward, evaluation, all gradients and what becomes of buffers equal the serial operator.
 */
final class RankStrategies {
    private static final double TOLERANCE = 1e-5;

    private final OperatorCase operatorCase;
    private final Mesh mesh;
    private final SimulatedMesh cutter;
    private final long seed;

    RankStrategies(OperatorCase operatorCase, Mesh mesh, long seed) {
        this.operatorCase = operatorCase;
        this.mesh = mesh;
        this.cutter = new SimulatedMesh(mesh);
        this.seed = seed;
    }

    /** What an operator made: outputs, outputs of evaluation, gradients (or buffers) by operand. */
    private record Made(List<Grid> outputs, List<Grid> evaluated, List<Optional<Grid>> gradients) {}

    /** The operator's tensors as plain arrays, all ranks the same. */
    private final class Whole {
        private final Instance instance;
        private final Engine engine;
        private final List<Grid> operands;
        private final Grid outputGradient;

        Whole(Engine engine) {
            Draw draw = new Draw(seed, mesh.devices());
            this.engine = engine;
            this.instance = new Instance(operatorCase, draw, engine);
            this.operands = IntStream.range(0, instance.operands.size())
                    .mapToObj(i -> unequal(i, GridTensors.grid(instance.operands.get(i))))
                    .toList();
            long[] shape =
                    instance.outputType(0).sizes().stream().mapToLong(n -> n).toArray();
            this.outputGradient =
                    shape.length == 0 ? new Grid(List.of(), new double[] {0.75}) : GridTensors.grid(draw.normal(shape));
        }

        /** Ids that do not count are most of the first half and few of the rest: ranks have unequal counts, and some nothing. */
        private Grid unequal(int operand, Grid grid) {
            OptionalLong ignored = operand < instance.inputs
                    ? instance.operator.ignoredId(instance.attributes, operand)
                    : OptionalLong.empty();
            int half = grid.values().length / 2;
            return ignored.isEmpty()
                    ? grid
                    : grid.map((value, i) ->
                            (i < half ? i > half / 2 && i % 3 == 0 : i % 5 != 0) ? value : ignored.getAsLong());
        }

        List<Strategy> strategies() {
            List<Rule> rules = new ArrayList<>(List.of(instance.signature.rule()));
            rules.addAll(instance.operator.furtherRules(instance.attributes, instance.inputs));
            return Strategies.of(rules.stream().map(this::infer).toList(), names(), mesh);
        }

        private Rule.Inference infer(Rule rule) {
            try {
                return rule.infer(
                        IntStream.range(0, instance.inputs)
                                .mapToObj(i -> Instance.type(instance.operands.get(i), instance.element(i)))
                                .toList(),
                        instance.signature.sizes());
            } catch (RuleMismatch e) {
                throw new AssertionError(rule + " does not fit the shapes of the first rule", e);
            }
        }

        private List<String> names() {
            return IntStream.rangeClosed(0, operands.size())
                    .mapToObj(i -> i < operands.size() ? "x" + i : "y")
                    .toList();
        }

        Made serial() {
            return run(operands, outputGradient, instance.outputType(0), LivePart.of(Map.of()));
        }

        /** What the strategy's part of one rank makes. */
        Made part(Strategy strategy, int rank, dev.ashlar.runtime.dist.Mesh connected) {
            Random random = new Random(strategy.toString().hashCode());
            List<Grid> own = new ArrayList<>();
            for (int i = 0; i < operands.size(); i++) {
                own.add(cutter.distribute(operands.get(i), strategy.operands().get(i), random)
                        .get(rank));
            }
            Grid gradient = cutter.distribute(
                            outputGradient, strategy.outputGradients().get(0), random)
                    .get(rank);
            List<Dim> dims = strategy
                    .outputs()
                    .get(0)
                    .localShape(instance.outputType(0).sizes(), mesh)
                    .stream()
                    .map(Dim::of)
                    .toList();
            return run(
                    own,
                    gradient,
                    new TensorType(dims, instance.outputType(0).element()),
                    livePart(strategy, rank, connected));
        }

        private LivePart livePart(Strategy strategy, int rank, dev.ashlar.runtime.dist.Mesh connected) {
            Rule.Inference inference = infer(
                    strategy.kernel() == 0
                            ? instance.signature.rule()
                            : instance.operator
                                    .furtherRules(instance.attributes, instance.inputs)
                                    .get(strategy.kernel() - 1));
            Map<String, KernelBuilder.Shard> shards = new HashMap<>();
            Map<String, List<Integer>> shared = new HashMap<>();
            int[] coordinates = cutter.coordinates(rank);
            for (String axis : inference.flat().axes()) {
                List<Integer> meshAxes = strategy.meshAxes(axis);
                if (!meshAxes.isEmpty()) {
                    long size = inference.size(axis);
                    long part = size;
                    long offset = 0;
                    for (int meshAxis : meshAxes) {
                        part /= mesh.size(meshAxis);
                        offset += coordinates[meshAxis] * part;
                    }
                    shards.put(axis, new KernelBuilder.Shard(Argument.of(offset), size));
                    shared.put(axis, meshAxes);
                }
            }
            Layout output = strategy.outputs().get(0);
            boolean first = IntStream.range(0, mesh.rank())
                    .allMatch(a -> coordinates[a] == 0 || !(output.on(a) instanceof Placement.Partial));
            return new LivePart(strategy.kernel(), shards, first, connected, shared);
        }

        private Made run(List<Grid> own, Grid gradient, TensorType output, LivePart part) {
            List<Tensor> tensors = tensors(own);
            LiveOperator live = instance.live(tensors, List.of(output), part, new LiveKernels(engine));
            List<Grid> outputs = grids(live.forward());
            List<Boolean> needed = IntStream.range(0, own.size())
                    .mapToObj(instance::differentiable)
                    .toList();
            List<Optional<Grid>> gradients = new ArrayList<>();
            for (Optional<Tensor> made :
                    live.gradients(List.of(GridTensors.tensor(gradient, ScalarType.Float)), needed)) {
                gradients.add(made.map(GridTensors::grid));
            }
            for (int i = instance.inputs; i < own.size(); i++) {
                if (!needed.get(i)) {
                    gradients.set(i, Optional.of(GridTensors.grid(tensors.get(i))));
                }
            }
            List<Grid> evaluated = grids(instance.live(tensors(own), List.of(output), part, new LiveKernels(engine))
                    .evaluate());
            return new Made(outputs, evaluated, gradients);
        }

        private List<Tensor> tensors(List<Grid> grids) {
            return IntStream.range(0, grids.size())
                    .mapToObj(i -> GridTensors.tensor(
                            grids.get(i), instance.operands.get(i).scalar_type().intern()))
                    .toList();
        }
    }

    private static List<Grid> grids(List<Tensor> tensors) {
        return tensors.stream().map(GridTensors::grid).toList();
    }

    /** Checks all; gives how many there are. */
    int check() throws ExecutionException, InterruptedException {
        List<List<Made>> made = RankThreads.run(mesh.devices(), this::onRank);
        try (PointerScope scope = new PointerScope();
                Engine engine = engine(dev.ashlar.runtime.dist.Mesh.single())) {
            Whole whole = new Whole(engine);
            Made serial = whole.serial();
            List<Strategy> strategies = whole.strategies();
            for (int i = 0; i < strategies.size(); i++) {
                int index = i;
                List<Made> parts = made.stream().map(all -> all.get(index)).toList();
                compare(strategies.get(i), serial, parts, whole.instance);
            }
            return strategies.size();
        }
    }

    private static Engine engine(dev.ashlar.runtime.dist.Mesh place) {
        return Engine.open(DeviceKind.CPU, Precision.FP32, Seed.of(7), true, place);
    }

    private List<Made> onRank(Ranks ranks) {
        List<Integer> sizes =
                IntStream.range(0, mesh.rank()).mapToObj(mesh::size).toList();
        try (PointerScope scope = new PointerScope();
                dev.ashlar.runtime.dist.Mesh connected = ranks.mesh(sizes);
                Engine engine = engine(connected)) {
            Whole whole = new Whole(engine);
            return whole.strategies().stream()
                    .map(strategy -> whole.part(strategy, ranks.rank(), connected))
                    .toList();
        }
    }

    private void compare(Strategy strategy, Made serial, List<Made> parts, Instance instance) {
        String what = operatorCase + " on " + mesh + ", " + strategy;
        Layout output = strategy.outputs().get(0);
        compare(
                what + ": output",
                parts.stream().map(p -> p.outputs().get(0)).toList(),
                output,
                serial.outputs().get(0));
        compare(
                what + ": evaluation",
                parts.stream().map(p -> p.evaluated().get(0)).toList(),
                output,
                serial.evaluated().get(0));
        for (int i = 0; i < serial.gradients().size(); i++) {
            int operand = i;
            if (serial.gradients().get(i).isPresent()) {
                Layout layout = instance.differentiable(i)
                        ? strategy.operandGradients().get(i)
                        : strategy.operands().get(i);
                compare(
                        what + ": gradient or buffer " + i,
                        parts.stream()
                                .map(p -> p.gradients().get(operand).orElseThrow())
                                .toList(),
                        layout,
                        serial.gradients().get(i).get());
            }
        }
    }

    private void compare(String what, List<Grid> parts, Layout layout, Grid expected) {
        cutter.assemble(parts, layout, TOLERANCE).assertClose(what, expected, TOLERANCE);
    }
}
