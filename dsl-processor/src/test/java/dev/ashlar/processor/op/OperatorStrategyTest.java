package dev.ashlar.processor.op;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.DeviceKind;
import dev.ashlar.runtime.engine.Engine;
import dev.ashlar.runtime.engine.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every strategy that an operator's rule allows, on its real kernels. */
class OperatorStrategyTest {
    private static final int DRAWS = 3;
    private static final int MOST_RANKS = 4;

    static List<OperatorCase> cases() {
        return OperatorCases.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shardsAgreeWithTheWhole(OperatorCase operatorCase) {
        Set<String> sharded = new TreeSet<>();
        Set<String> shardable = new TreeSet<>();
        for (int seed = 0; seed < DRAWS; seed++) {
            try (PointerScope scope = new PointerScope();
                    Engine engine = Engine.open(DeviceKind.CPU, Precision.FP32, Seed.of(seed), true)) {
                Draw draw = new Draw(seed, MOST_RANKS);
                Instance instance = new Instance(operatorCase, draw, engine);
                Strategies strategies = new Strategies(
                        operatorCase.toString(),
                        instance.inference,
                        (operands, outputs, shards) -> run(instance, operands, outputs, shards));
                strategies.check(instance.operands, 2, draw);
                sharded.addAll(strategies.check(instance.operands, MOST_RANKS, draw));
                strategies.checkLinearity(instance.operands, draw);
                Rule flat = instance.inference.flat();
                shardable.addAll(flat.axes().stream().filter(flat::shardable).collect(Collectors.toSet()));
            }
        }
        // attention's keys are as long as its queries are not, and so on: every axis that may be sharded has been
        assertEquals(shardable, sharded);
    }

    static Strategies.Run run(
            Instance instance,
            List<Tensor> operands,
            List<List<Dim>> outputs,
            Map<String, KernelBuilder.Shard> shards) {
        TensorType type =
                new TensorType(outputs.get(0), instance.signature.outputs().get(0));
        LiveOperator live = instance.live(operands, List.of(type), shards);
        List<Tensor> made = live.forward();
        List<Boolean> needed = IntStream.range(0, operands.size())
                .mapToObj(instance::differentiable)
                .toList();
        return new Strategies.Run() {
            @Override
            public List<Tensor> outputs() {
                return made;
            }

            /** What forward did to buffers counts as a gradient does: it is put together in the same way where they have the axis. */
            @Override
            public List<Optional<Tensor>> gradients(List<Tensor> outputGradients) {
                List<Optional<Tensor>> gradients = new ArrayList<>(live.gradients(outputGradients, needed));
                for (int i = instance.inputs; i < gradients.size(); i++) {
                    if (!needed.get(i)) {
                        gradients.set(i, Optional.of(operands.get(i)));
                    }
                }
                return gradients;
            }
        };
    }
}
