package dev.ashlar.processor.program;

import dev.ashlar.processor.graph.Node;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Scope;
import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.op.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Lists the parameters of a model with the memory that the runtime takes for them. */
public final class ModelParameters {
    private final TrainingGraph graph;
    private final StepSettings settings;
    private final List<ModelParameter> found = new ArrayList<>();

    private ModelParameters(TrainingGraph graph) {
        this.graph = graph;
        settings = StepSettings.of(graph);
    }

    /** All parameters and buffers: of each scope its own, then those of the blocks it uses, then what is tied there. */
    public static List<ModelParameter> of(TrainingGraph graph) {
        ModelParameters parameters = new ModelParameters(graph);
        parameters.collect(graph.graph().root(), "", Optional.empty());
        return List.copyOf(parameters.found);
    }

    /** @param owner path of the scope whose parameters these are, if they are another's */
    private void collect(Scope scope, String path, Optional<String> owner) {
        for (ScopeParameter parameter : scope.parameters()) {
            String name = path + parameter.name();
            String ownName = owner.orElse(path) + parameter.name();
            add(name, owner.orElse(path), parameter, owner.map(o -> ownName));
        }
        for (Node node : scope.nodes()) {
            if (node instanceof UseNode use) {
                collect(use, path, owner);
            }
        }
        for (Node node : scope.nodes()) {
            if (node instanceof OperatorNode operator) {
                collectTied(operator, path, owner);
            }
        }
    }

    private void collect(UseNode use, String path, Optional<String> owner) {
        long sets = use.repeats().isPresent() && !use.shared() ? use.count() : 1;
        for (long i = 0; i < sets; i++) {
            String index = use.repeats().isPresent() && !use.shared() ? "." + i + "." : ".";
            Optional<String> tied = use.tiedTo().map(t -> owner.orElse(path) + t + index);
            collect(use.scope(i), path + use.name() + index, tied.or(() -> owner.map(o -> o + use.name() + index)));
        }
    }

    private void collectTied(OperatorNode operator, String path, Optional<String> owner) {
        if (!operator.operator().declaresParameters()) {
            return;
        }
        for (int i = 0; i < operator.parameters().size(); i++) {
            ScopeParameter parameter = operator.stored(i);
            String declared = operator.name() + "."
                    + operator.signature().parameters().get(i).name();
            if (!declared.equals(parameter.name())) {
                String ownerPath = owner.orElse(path);
                add(path + declared, ownerPath, parameter, Optional.of(ownerPath + parameter.name()));
            }
        }
    }

    private void add(String name, String ownerPath, ScopeParameter parameter, Optional<String> tiedTo) {
        ModelParameter.Role role = parameter.declaration().buffer()
                ? ModelParameter.Role.BUFFER
                : graph.trainable().trains(ownerPath, parameter)
                        ? ModelParameter.Role.TRAINABLE
                        : ModelParameter.Role.FROZEN;
        TensorType type = parameter.type();
        TensorType updated = parameter.updated();
        boolean trained = role == ModelParameter.Role.TRAINABLE;
        long bytes = settings.bytes(type) + (trained ? settings.besideBytes(type, updated) : 0);
        long state = trained ? settings.optimizerBytes(updated.elements()) : 0;
        boolean own = tiedTo.isEmpty();
        found.add(new ModelParameter(
                name, type, role, tiedTo, updated, parameter.update(), own ? bytes : 0, own ? state : 0));
    }
}
