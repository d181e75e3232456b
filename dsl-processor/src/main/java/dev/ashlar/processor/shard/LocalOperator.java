package dev.ashlar.processor.shard;

import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.op.Dim;
import dev.ashlar.processor.op.InnerReduction;
import dev.ashlar.processor.op.Shapes;
import dev.ashlar.processor.op.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * What one device sees of an operator under a strategy.
 *
 * @param shapes of its parts of all tensors
 * @param reductions that its kernel does inside, in order of the mesh axes and then of the kernel
 */
public record LocalOperator(Shapes shapes, List<Reduction> reductions) {
    /**
     * An all-reduce inside a kernel.
     *
     * @param meshAxis along which
     * @param reduction direction and bytes
     */
    public record Reduction(int meshAxis, InnerReduction reduction) {}

    /** Copies the list. */
    public LocalOperator {
        reductions = List.copyOf(reductions);
    }

    /**
     * What a device of the mesh sees of an operator.
     *
     * @param strategy one of this operator's on this mesh
     * @param computeBytes bytes of an element of the plan's compute type
     */
    public static LocalOperator of(OperatorNode node, Strategy strategy, Mesh mesh, int computeBytes) {
        Shapes whole = node.shapes(computeBytes);
        int inputs = whole.inputs().size();
        int operands = inputs + whole.parameters().size();
        Shapes local = new Shapes(
                local(whole.inputs(), strategy.operands().subList(0, inputs), mesh),
                local(whole.parameters(), strategy.operands().subList(inputs, operands), mesh),
                local(whole.outputs(), strategy.outputs(), mesh),
                computeBytes);
        List<Reduction> reductions = new ArrayList<>();
        for (int meshAxis : strategy.insideAxes()) {
            if (strategy.choices().get(meshAxis) instanceof Choice.Split split) {
                node.operator()
                        .reductions(node.attributes(), split.axis(), local)
                        .forEach(r -> reductions.add(new Reduction(meshAxis, r)));
            }
        }
        return new LocalOperator(local, reductions);
    }

    private static List<TensorType> local(List<TensorType> types, List<Layout> layouts, Mesh mesh) {
        List<TensorType> local = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            List<Dim> dims = layouts.get(i).localShape(types.get(i).sizes(), mesh).stream()
                    .map(Dim::of)
                    .toList();
            local.add(new TensorType(dims, types.get(i).element()));
        }
        return local;
    }
}
