package dev.ashlar.processor.local;

import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.ScopeInput;
import dev.ashlar.processor.graph.ScopeOutput;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.op.TensorType;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.Storage;
import dev.ashlar.processor.shard.Strategy;
import java.util.List;
import java.util.Random;

/**
 * An assignment whose parameters lie in layouts drawn from all that there are for the way in which they are used.
 *
 * @param alike whether all repetitions of a block choose alike
 */
public record RandomStorage(Assignment assignment, Mesh mesh, long seed, boolean alike) implements Assignment {
    @Override
    public ParameterStorage storage(String path, OperatorNode node, int parameter) {
        String place = alike ? path.replaceAll("\\[\\d+\\]", "") : path;
        Random random = new Random(31 * seed + (place + node.name() + parameter).hashCode());
        random.nextInt();
        TensorType type = node.parameters().get(parameter).type();
        Layout use = strategy(path, node).operands().get(node.inputs().size() + parameter);
        Layout lies = draw(Storage.options(type, use, mesh), random);
        Layout state = draw(Storage.options(type, lies, mesh), random);
        return new ParameterStorage(lies, state, random.nextBoolean(), random.nextBoolean());
    }

    private static Layout draw(List<Layout> options, Random random) {
        return options.get(random.nextInt(options.size()));
    }

    @Override
    public Strategy strategy(String path, OperatorNode node) {
        return assignment.strategy(path, node);
    }

    @Override
    public Layout input(ScopeInput input) {
        return assignment.input(input);
    }

    @Override
    public Layout output(ScopeOutput output) {
        return assignment.output(output);
    }

    @Override
    public Boundary input(String path, UseNode use, int index) {
        return assignment.input(path, use, index);
    }

    @Override
    public Boundary output(String path, UseNode use, int index) {
        return assignment.output(path, use, index);
    }
}
