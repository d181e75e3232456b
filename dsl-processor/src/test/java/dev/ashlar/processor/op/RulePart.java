package dev.ashlar.processor.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Assertions;

/**
 * A rule with a function of libtorch that it describes; autograd makes its gradients.
 *
 * @param name what it is
 * @param rule its rule
 * @param shapes of all operands
 * @param sizes that the rule's expressions use
 * @param function of the operands and of where its shard of an axis starts, by axis
 */
record RulePart(
        String name,
        String rule,
        List<long[]> shapes,
        Map<String, Dim> sizes,
        BiFunction<Tensor[], Starts, Tensor[]> function) {
    /** Where shards start: 0 where an axis is whole. */
    record Starts(Map<String, KernelBuilder.Shard> shards) {
        long of(String axis) {
            KernelBuilder.Shard shard = shards.get(axis);
            return shard == null ? 0 : (Long) ((Argument.Literal) shard.offset()).value();
        }
    }

    static RulePart of(String name, String rule, BiFunction<Tensor[], Starts, Tensor> function, long[]... shapes) {
        return new RulePart(name, rule, Arrays.asList(shapes), Map.of(), (x, s) -> new Tensor[] {function.apply(x, s)});
    }

    Rule.Inference inference() {
        Rule parsed = Rule.parse(rule);
        List<TensorType> types = new ArrayList<>();
        for (int i = 0; i < shapes.size(); i++) {
            List<Dim> dims = Arrays.stream(shapes.get(i)).mapToObj(Dim::of).toList();
            types.add(new TensorType(dims, parsed.indexAxis(i).isPresent() ? Element.INT64 : Element.COMPUTE));
        }
        try {
            return parsed.infer(types, sizes);
        } catch (RuleMismatch e) {
            return Assertions.fail(name + ": " + e.getMessage());
        }
    }

    List<Tensor> draw(Rule.Inference inference, Draw draw) {
        List<Tensor> operands = new ArrayList<>();
        for (int i = 0; i < shapes.size(); i++) {
            Optional<String> axis = inference.flat().indexAxis(i);
            operands.add(
                    axis.isPresent()
                            ? draw.ids(inference.axes().get(axis.get()).size(), shapes.get(i))
                            : draw.normal(shapes.get(i)));
        }
        return operands;
    }

    Strategies strategies(Rule.Inference inference) {
        return new Strategies(name, inference, (operands, outputs, shards) -> run(operands, shards));
    }

    Strategies.Run run(List<Tensor> operands, Map<String, KernelBuilder.Shard> shards) {
        Tensor[] leaves = operands.stream().map(Compare::leaf).toArray(Tensor[]::new);
        Tensor[] made = function.apply(leaves, new Starts(shards));
        return new Strategies.Run() {
            @Override
            public List<Tensor> outputs() {
                return List.of(made);
            }

            @Override
            public List<Optional<Tensor>> gradients(List<Tensor> outputGradients) {
                Tensor total = made[0].mul(outputGradients.get(0)).sum();
                for (int i = 1; i < made.length; i++) {
                    total = total.add(made[i].mul(outputGradients.get(i)).sum());
                }
                Compare.backward(total, torch.ones_like(total));
                return Arrays.stream(leaves).map(RulePart::gradient).toList();
            }
        };
    }

    private static Optional<Tensor> gradient(Tensor leaf) {
        return leaf.scalar_type().intern() == ScalarType.Long ? Optional.empty() : Optional.of(leaf.grad());
    }
}
