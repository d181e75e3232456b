package dev.ashlar.processor.joint;

import dev.ashlar.processor.cost.CostModel;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.joint.Table.Labels;
import dev.ashlar.processor.local.Boundary;
import dev.ashlar.processor.op.Element;
import dev.ashlar.processor.program.StepSettings;
import dev.ashlar.processor.shard.Collectives;
import dev.ashlar.processor.shard.Layout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/** Bytes of the tensors of a piece on one device. */
final class Bytes {
    private final Choices choices;
    private final Map<Crossing, Wanted> crossings;
    private final Routes routes;
    private final CostModel costs;
    private final StepSettings settings;
    private final Map<Value, Layout> inputs;
    private final Map<Size, long[]> bySize = new HashMap<>();

    /** @param inputs layouts of the model's inputs */
    Bytes(
            Choices choices,
            Map<Crossing, Wanted> crossings,
            Routes routes,
            CostModel costs,
            StepSettings settings,
            Map<Value, Layout> inputs) {
        this.choices = choices;
        this.crossings = crossings;
        this.routes = routes;
        this.costs = costs;
        this.settings = settings;
        this.inputs = inputs;
    }

    private Wanted crossing(Crossing crossing) {
        return Objects.requireNonNull(crossings.get(crossing), crossing::toString);
    }

    /** What decides about a size. */
    List<Variable> variables(Size size) {
        if (size instanceof Size.OfResult result) {
            return List.of(choices.variable(result.node()));
        } else if (size instanceof Size.OfCopy copy) {
            return List.of(choices.wanted(copy.copy()).variable());
        } else if (size instanceof Size.OfTensor tensor) {
            return List.of(choices.made(tensor.tensor()).variable());
        } else if (size instanceof Size.OfGathered gathered) {
            return List.of(choices.variable(choices.ofWhole(gathered.node())));
        } else if (size instanceof Size.OfParameter parameter) {
            OperatorNode node = choices.ofWhole(parameter.node());
            return List.of(choices.variable(node), choices.storage(node));
        } else if (size instanceof Size.OfCrossing crossing) {
            return List.of(crossing(crossing.crossing()).variable());
        }
        return List.of();
    }

    /** A size in bytes. */
    ToLongFunction<Labels> of(Size size) {
        if (size instanceof Size.OfParameter parameter) {
            return of(parameter);
        }
        List<Variable> variables = variables(size);
        long[] known = bySize.computeIfAbsent(size, s -> {
            int labels = variables.isEmpty() ? 1 : variables.get(0).labels();
            return IntStream.range(0, labels).mapToLong(l -> of(s, l)).toArray();
        });
        if (variables.isEmpty()) {
            return x -> known[0];
        }
        Variable variable = variables.get(0);
        return x -> known[x.of(variable)];
    }

    /** 0 for pairs of labels that have no meaning. */
    private ToLongFunction<Labels> of(Size.OfParameter parameter) {
        OperatorNode node = choices.ofWhole(parameter.node());
        Variable variable = choices.variable(node);
        Variable storage = choices.storage(node);
        List<List<Stored>> all = choices.menu(node).stored();
        return x -> {
            List<Stored> stored = all.get(x.of(variable));
            int label = x.of(storage);
            return label < stored.size() ? stored.get(label).gradientBytes().get(parameter.parameter()) : 0;
        };
    }

    private long of(Size size, int label) {
        if (size instanceof Size.OfResult result) {
            Facts facts = choices.menu(result.node()).facts().get(label);
            Facts.Kernels kernels = result.backward() ? facts.backward() : facts.forward();
            return kernels.bytes().get(result.kernel()).get(result.result());
        } else if (size instanceof Size.OfCopy of) {
            Boundary boundary = choices.wanted(of.copy()).boundaries().get(label);
            return routes.bytes(of.copy().tensor().type(), boundary.layout());
        } else if (size instanceof Size.OfTensor of) {
            return routes.bytes(
                    of.tensor().type(), choices.made(of.tensor()).layouts().get(label));
        } else if (size instanceof Size.OfGathered of) {
            OperatorMenu menu = choices.menu(choices.ofWhole(of.node()));
            int operand = menu.whole().inputs().size() + of.parameter();
            return routes.bytes(
                    menu.whole().parameters().get(of.parameter()).type(),
                    menu.strategies().get(label).operands().get(operand));
        } else if (size instanceof Size.OfCrossing of) {
            Boundary boundary = crossing(of.crossing()).boundaries().get(label);
            return routes.bytes(of.crossing().type(), boundary.layout());
        } else if (size instanceof Size.OfInput input) {
            return routes.bytes(input.input().type(), Objects.requireNonNull(inputs.get(input.input())));
        }
        return settings.bytes(((Size.OfScalar) size).scalar().type());
    }

    /** Time to add two tensors of a size. */
    ToLongFunction<Labels> sumTicks(Size size) {
        ToLongFunction<Labels> bytes = of(size);
        return x -> Collectives.ticks(costs.sumSeconds(bytes.applyAsLong(x) / settings.computeBytes()));
    }

    /** What an input takes while it arrives: reals come as 32-bit floats. */
    long arriving(Value input) {
        long bytes = routes.bytes(input.type(), Objects.requireNonNull(inputs.get(input)));
        boolean converted = input.type().element() == Element.COMPUTE && settings.computeBytes() != Float.BYTES;
        return bytes + (converted ? bytes / settings.computeBytes() * Float.BYTES : 0);
    }
}
