package dev.ashlar.processor.local;

import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.graph.Node;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Scope;
import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.graph.Trainable;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.Storage;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** How every parameter of a model is stored: as the first operator that uses it says, in the order in which the model runs. */
final class Storages {
    private final Assignment assignment;
    private final Mesh mesh;
    private final Map<String, ParameterStorage> byName = new HashMap<>();

    private Storages(Assignment assignment, Mesh mesh) {
        this.assignment = assignment;
        this.mesh = mesh;
    }

    static Storages of(Scope root, Assignment assignment, Mesh mesh) {
        Storages storages = new Storages(assignment, mesh);
        storages.collect(root, "", "");
        return storages;
    }

    /** @param owner what full names of the scope's parameters begin with: the same for all repetitions and uses that share them */
    private void collect(Scope scope, String path, String owner) {
        for (Node node : scope.nodes()) {
            if (node instanceof OperatorNode operator) {
                for (int i = 0; i < operator.parameters().size(); i++) {
                    add(path, owner, operator, i);
                }
            } else if (node instanceof UseNode use) {
                for (int i = 0; i < use.count(); i++) {
                    collect(use.scope(i), LocalGraph.path(path, use, i), owner + Trainable.instance(use, i));
                }
            }
        }
    }

    private void add(String path, String owner, OperatorNode node, int index) {
        ScopeParameter parameter = node.parameters().get(index);
        Layout use =
                assignment.strategy(path, node).operands().get(node.inputs().size() + index);
        if (parameter.declaration().buffer()) {
            addBuffer(path, owner, node, parameter, use);
            return;
        }
        byName.computeIfAbsent(owner + parameter.name(), name -> {
            ParameterStorage storage = assignment.storage(path, node, index);
            if (storage.parameter().isPartial() || !Storage.refines(storage.state(), storage.parameter(), mesh)) {
                throw new IllegalArgumentException(name + " cannot lie as " + storage.parameter()
                        + " with its gradient as " + storage.state()
                        + ": every device's part of the gradient has to be a slice of its part of the parameter");
            }
            return storage;
        });
    }

    /** Kernels write buffers, so that each has to lie as all its operators use it. */
    private void addBuffer(String path, String owner, OperatorNode node, ScopeParameter buffer, Layout use) {
        ParameterStorage storage = byName.computeIfAbsent(owner + buffer.name(), name -> ParameterStorage.asUsed(use));
        if (!storage.parameter().equals(use)) {
            throw new IllegalArgumentException(path + node.name() + " uses " + buffer.name() + " as " + use
                    + ", but this buffer lies as " + storage.parameter());
        }
    }

    ParameterStorage of(String owner, ScopeParameter parameter) {
        return Objects.requireNonNull(byName.get(owner + parameter.name()), () -> "no operator has " + parameter);
    }
}
