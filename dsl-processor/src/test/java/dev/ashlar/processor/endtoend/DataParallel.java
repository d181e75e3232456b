package dev.ashlar.processor.endtoend;

import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.ScopeInput;
import dev.ashlar.processor.graph.ScopeOutput;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.local.Assignment;
import dev.ashlar.processor.local.Boundary;
import dev.ashlar.processor.local.ParameterStorage;
import dev.ashlar.processor.op.TensorType;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.Placement;
import dev.ashlar.processor.shard.Strategies;
import dev.ashlar.processor.shard.Strategy;

/**
 * Every rank has its part of the batch, which is the first dimension of all activations, and all parameters; their gradients and states too,
 * or a part of those of matrices.
 */
final class DataParallel implements Assignment {
    private static final Layout BATCH = Layout.of(Placement.shard(0));
    private static final Layout WHOLE = Layout.replicated(1);

    private final Mesh mesh;
    private final States states;

    /** How gradients and states of matrices lie. */
    enum States {
        WHOLE,
        CUT_ALONG_FIRST,
        /** Their parts are not in one piece. */
        CUT_ALONG_LAST,
        /** Parameters too, which are gathered before their use. */
        CUT_WITH_PARAMETERS
    }

    DataParallel(Mesh mesh) {
        this(mesh, States.WHOLE);
    }

    DataParallel(Mesh mesh, States states) {
        this.mesh = mesh;
        this.states = states;
    }

    /** What is cut is gathered and scattered while kernels run. */
    @Override
    public ParameterStorage storage(String path, OperatorNode node, int parameter) {
        TensorType type = node.parameters().get(parameter).type();
        int dimension = states == States.CUT_ALONG_LAST ? type.rank() - 1 : 0;
        if (states == States.WHOLE || type.rank() < 2 || type.size(dimension) % mesh.size(0) > 0) {
            return ParameterStorage.asUsed(WHOLE);
        }
        Layout cut = Layout.of(Placement.shard(dimension));
        return new ParameterStorage(states == States.CUT_WITH_PARAMETERS ? cut : WHOLE, cut, false).overlap();
    }

    @Override
    public Strategy strategy(String path, OperatorNode node) {
        int inputs = node.inputs().size();
        return Strategies.of(node, mesh).stream()
                .filter(s -> s.operands().subList(0, inputs).stream().allMatch(BATCH::equals))
                .filter(s -> s.operands().subList(inputs, s.operands().size()).stream()
                        .allMatch(WHOLE::equals))
                .findFirst()
                .orElseThrow(() -> new AssertionError(node.name() + " knows no parts of a batch"));
    }

    @Override
    public Layout input(ScopeInput input) {
        return BATCH;
    }

    @Override
    public Layout output(ScopeOutput output) {
        return BATCH;
    }

    @Override
    public Boundary input(String path, UseNode use, int index) {
        return Boundary.of(BATCH);
    }

    @Override
    public Boundary output(String path, UseNode use, int index) {
        return Boundary.of(BATCH);
    }
}
