package dev.ashlar.processor.graph;

import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.ModelException;
import dev.ashlar.processor.diagnostic.Suggestions;
import dev.ashlar.processor.op.Dim;
import dev.ashlar.processor.op.Port;
import dev.ashlar.processor.op.TensorType;
import dev.ashlar.processor.spec.AnnotationSpec;
import dev.ashlar.processor.spec.InterfaceSpec;
import dev.ashlar.processor.spec.MethodSpec;
import dev.ashlar.processor.spec.ParameterSpec;
import dev.ashlar.processor.spec.ValueSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Builds the node of a {@code @Use}, repeated or not. */
final class UseBuilder {
    private final ScopeContext scope;
    private final MethodSpec method;
    private final AnnotationSpec use;
    private final InterfaceSpec block;

    UseBuilder(ScopeContext scope, MethodSpec method) {
        this.scope = scope;
        this.method = method;
        use = method.annotation("Use").orElseThrow();
        block = scope.instances.spec(use.value("value").text()).orElseThrow();
    }

    /** The block's inputs, sorted by name. */
    List<Port> ports() {
        return block.methods().stream()
                .filter(m -> m.annotation("Input").isPresent())
                .map(m -> Port.required(m.name()))
                .sorted((a, b) -> a.name().compareTo(b.name()))
                .toList();
    }

    String target() {
        return block.simpleName();
    }

    /** Adds the node; empty if the block has errors of its own. */
    Optional<UseNode> build(List<ParameterSpec> parameters, List<Value> inputs) {
        Map<String, Dim> dims = scope.sizes.evaluateAll(use.value("dims"));
        List<TensorType> types = inputs.stream().map(Value::type).toList();
        List<String> origins = inputs.stream().map(scope::origin).toList();
        Optional<Scope> built = scope.instances.scope(block, dims, types, origins, method.source());
        if (built.isEmpty()) {
            return Optional.empty();
        }
        Scope inner = built.get();
        Optional<Long> repeats = repeats();
        List<OptionalInt> feeds = repeats.isPresent() ? feeds(inner) : none(inner);
        if (repeats.isPresent()) {
            checkFed(inner, feeds, inputs);
        }
        List<Value> outputs = new ArrayList<>();
        for (int i = 0; i < inner.outputs().size(); i++) {
            ScopeOutput output = inner.outputs().get(i);
            TensorType type = output.value().type();
            if (repeats.isPresent() && feeds.get(i).isEmpty() && output.collect() == ScopeOutput.Collect.STACK) {
                List<Dim> stacked = new ArrayList<>(type.dims());
                stacked.add(0, Dim.of(repeats.get()));
                type = new TensorType(stacked, type.element());
            }
            String name = inner.outputs().size() == 1 ? method.name() : method.name() + "." + output.name();
            Value value = Value.of(name, type);
            scope.origins.put(
                    value,
                    "output " + output.name() + " of " + block.simpleName() + ", used by "
                            + method.source().where());
            outputs.add(value);
        }
        UseNode node =
                new UseNode(method.name(), inner, repeats, shared(), tiedTo(), inputs, outputs, feeds, method.source());
        scope.nodes.add(node);
        return Optional.of(node);
    }

    private Optional<Long> repeats() {
        return method.annotation("Repeat").map(r -> {
            ValueSpec value = r.value("value");
            return scope.sizes.size(value.text(), value.source()).size();
        });
    }

    private boolean shared() {
        return method.annotation("Repeat")
                .map(r -> (Boolean) r.value("shared").value())
                .orElse(false);
    }

    private Optional<String> tiedTo() {
        return method.annotation("Tied").map(t -> {
            List<?> values = (List<?>) t.value("value").value();
            ValueSpec first = (ValueSpec) values.get(0);
            Optional<Node> other = scope.nodes.stream()
                    .filter(n -> n.name().equals(first.text()))
                    .findFirst();
            if (values.size() != 1
                    || other.isEmpty()
                    || !(other.get() instanceof UseNode node)
                    || !node.scope().typeName().equals(block.simpleName())
                    || node.count() != repeats().orElse(1L)) {
                throw new ModelException(
                        Code.BAD_TIE,
                        first.source(),
                        "A @Use is tied by the name of one earlier @Use of the same block, repeated as often; '"
                                + first.text() + "' is none."
                                + Suggestions.didYouMean(
                                        first.text(),
                                        scope.nodes.stream()
                                                .filter(UseNode.class::isInstance)
                                                .map(Node::name)
                                                .toList()));
            }
            return first.text();
        });
    }

    private static List<OptionalInt> none(Scope inner) {
        return inner.outputs().stream().map(o -> OptionalInt.empty()).toList();
    }

    private List<OptionalInt> feeds(Scope inner) {
        List<OptionalInt> feeds = new ArrayList<>();
        for (ScopeOutput output : inner.outputs()) {
            if (output.feeds().isPresent()) {
                feeds.add(OptionalInt.of(inputIndex(inner, output.feeds().get())));
            } else if (inner.outputs().size() == 1) {
                feeds.add(OptionalInt.of(firstParameterPort(inner)));
            } else {
                feeds.add(OptionalInt.empty());
            }
        }
        if (feeds.stream().allMatch(OptionalInt::isEmpty)) {
            throw new ModelException(
                    Code.BAD_REPEAT,
                    repeatSource(),
                    block.simpleName()
                            + " has several outputs and none says which input it feeds in the next repetition. Mark one"
                            + " with @Output(feeds = \"…\").");
        }
        return feeds;
    }

    private int firstParameterPort(Scope inner) {
        ParameterSpec first = method.parameters().get(0);
        String wanted = first.port().orElse(first.name());
        List<String> names = inner.inputs().stream().map(ScopeInput::name).toList();
        return Math.max(0, names.indexOf(wanted));
    }

    private int inputIndex(Scope inner, String name) {
        List<String> names = inner.inputs().stream().map(ScopeInput::name).toList();
        int index = names.indexOf(name);
        if (index < 0) {
            throw new ModelException(
                    Code.BAD_REPEAT,
                    repeatSource(),
                    "@Output(feeds = \"" + name + "\") of " + block.simpleName() + " names no input of it."
                            + Suggestions.didYouMean(name, names) + " Its inputs are " + String.join(", ", names)
                            + ".");
        }
        return index;
    }

    private dev.ashlar.processor.diagnostic.Source repeatSource() {
        return method.annotation("Repeat").orElseThrow().source();
    }

    private void checkFed(Scope inner, List<OptionalInt> feeds, List<Value> inputs) {
        for (int i = 0; i < feeds.size(); i++) {
            if (feeds.get(i).isEmpty()) {
                continue;
            }
            ScopeInput input = inner.inputs().get(feeds.get(i).getAsInt());
            TensorType out = inner.outputs().get(i).value().type();
            TensorType in = inputs.get(feeds.get(i).getAsInt()).type();
            if (!out.sizes().equals(in.sizes()) || out.element() != in.element()) {
                throw new ModelException(
                        Code.BAD_REPEAT,
                        repeatSource(),
                        block.simpleName() + " cannot be repeated: its output '"
                                + inner.outputs().get(i).name() + "' " + out + " feeds its input '" + input.name()
                                + "' " + in + ". Make the shapes equal, or use the block without @Repeat.");
            }
        }
    }
}
