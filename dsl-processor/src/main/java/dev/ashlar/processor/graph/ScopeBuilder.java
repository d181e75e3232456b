package dev.ashlar.processor.graph;

import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.ModelException;
import dev.ashlar.processor.diagnostic.Source;
import dev.ashlar.processor.diagnostic.Suggestions;
import dev.ashlar.processor.op.Dim;
import dev.ashlar.processor.op.Element;
import dev.ashlar.processor.op.Port;
import dev.ashlar.processor.op.TensorType;
import dev.ashlar.processor.spec.AnnotationSpec;
import dev.ashlar.processor.spec.MethodSpec;
import dev.ashlar.processor.spec.ParameterSpec;
import dev.ashlar.processor.spec.ReadingOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Builds one scope. Methods are visited from the losses and outputs backwards, so that the order of the nodes depends on what reads
 * what and never on the order of declarations. What fails is reported where it fails, and what depends on it is left out in silence.
 */
final class ScopeBuilder {
    /**
     * How a block is used.
     *
     * @param inputs types of the inputs, in order of their names
     * @param origins where they come from, in words
     * @param source the use
     * @param passed names of the sizes that the use passes
     */
    record Use(List<TensorType> inputs, List<String> origins, Source source, Set<String> passed) {}

    private final ScopeContext scope;
    private final Optional<Use> use;
    private final Map<String, MethodSpec> methods = new TreeMap<>();
    private final Map<String, Value> inputs = new TreeMap<>();
    private final Map<String, Optional<List<Value>>> made = new TreeMap<>();
    private final Map<String, UseNode> uses = new TreeMap<>();
    private final Deque<String> visiting = new ArrayDeque<>();
    private boolean failed;

    ScopeBuilder(ScopeContext scope, Optional<Use> use) {
        this.scope = scope;
        this.use = use;
        scope.spec.methods().forEach(m -> methods.put(m.name(), m));
    }

    /** The scope; empty if anything in it is wrong, all of which is reported. */
    Optional<Scope> build() {
        attempt(this::readInputs);
        if (failed) {
            return Optional.empty();
        }
        List<MethodSpec> roots = methods.values().stream()
                .filter(m -> m.annotation("Output").isPresent()
                        || m.annotation("Loss").isPresent())
                .sorted(Comparator.comparing(
                                (MethodSpec m) -> m.annotation("Loss").isEmpty())
                        .thenComparing(MethodSpec::name))
                .toList();
        if (roots.isEmpty()) {
            reportNoRoots();
            return Optional.empty();
        }
        roots.forEach(m -> make(m.name()));
        Set<String> reached = new HashSet<>(made.keySet());
        List<Node> nodes = List.copyOf(scope.nodes);
        methods.values().stream().filter(m -> !reached.contains(m.name())).forEach(this::reportUnused);
        if (failed) {
            return Optional.empty();
        }
        return attempt(() -> new Ties(scope, methods).resolve(nodes)).map(tied -> scope(tied, roots));
    }

    private Scope scope(List<Node> nodes, List<MethodSpec> roots) {
        List<ScopeParameter> parameters = nodes.stream()
                .filter(OperatorNode.class::isInstance)
                .flatMap(n -> ((OperatorNode) n).parameters().stream())
                .distinct()
                .toList();
        List<String> order = use.isPresent() ? List.copyOf(inputs.keySet()) : ReadingOrder.inputs(scope.spec);
        List<ScopeInput> scopeInputs = order.stream()
                .map(i -> new ScopeInput(
                        i,
                        Objects.requireNonNull(inputs.get(i)),
                        Objects.requireNonNull(methods.get(i)).source()))
                .toList();
        return new Scope(scope.spec.simpleName(), scopeInputs, nodes, parameters, outputs(roots), losses(roots));
    }

    private List<ScopeOutput> outputs(List<MethodSpec> roots) {
        List<ScopeOutput> outputs = new ArrayList<>();
        for (MethodSpec root : roots) {
            root.annotation("Output").ifPresent(annotation -> {
                String feeds = annotation.value("feeds").text();
                for (Value value : Objects.requireNonNull(made.get(root.name())).orElseThrow()) {
                    outputs.add(new ScopeOutput(
                            value.name(),
                            value,
                            feeds.isEmpty() ? Optional.empty() : Optional.of(feeds),
                            ScopeOutput.Collect.valueOf(
                                    annotation.value("collect").text())));
                }
            });
        }
        outputs.sort(Comparator.comparing(ScopeOutput::name));
        return outputs;
    }

    private List<ScopeLoss> losses(List<MethodSpec> roots) {
        List<ScopeLoss> losses = new ArrayList<>();
        for (MethodSpec root : roots) {
            root.annotation("Loss").ifPresent(annotation -> {
                Value value = Objects.requireNonNull(made.get(root.name()))
                        .orElseThrow()
                        .get(0);
                losses.add(new ScopeLoss(
                        root.name(), value, ((Number) annotation.value("weight").value()).doubleValue()));
            });
        }
        return losses;
    }

    private void reportNoRoots() {
        boolean model = use.isEmpty();
        scope.diagnostics.error(
                model ? Code.NO_LOSS : Code.NO_OUTPUT,
                scope.spec.source(),
                model
                        ? scope.spec.simpleName()
                                + " has no @Loss. Add @Loss to the operator that is to be trained down,"
                                + " such as @Loss @CrossEntropy Tensor loss(Tensor logits, Tensor targets)."
                        : scope.spec.simpleName()
                                + " has no @Output. Add @Output to the method whose tensor users of the"
                                + " block read.");
    }

    private void reportUnused(MethodSpec method) {
        make(method.name());
        if (!failed) {
            scope.diagnostics.warning(
                    Code.UNUSED,
                    method.source(),
                    "Nothing uses '" + method.name()
                            + "': it is left out of every plan. Read it, mark it with @Output, or" + " delete it.");
        }
    }

    private void readInputs() {
        List<MethodSpec> declared = methods.values().stream()
                .filter(m -> m.annotation("Input").isPresent())
                .toList();
        for (int i = 0; i < declared.size(); i++) {
            if (use.isPresent()) {
                bindSizes(declared.get(i), i);
            }
        }
        for (int i = 0; i < declared.size(); i++) {
            MethodSpec method = declared.get(i);
            Value value = Value.of(method.name(), inputType(method, i));
            inputs.put(method.name(), value);
            scope.origins.put(
                    value,
                    use.isPresent()
                            ? "input " + method.name() + " of " + scope.spec.simpleName() + ", which "
                                    + use.get().source().where() + " fills from "
                                    + use.get().origins().get(i)
                            : "input " + method.source().where());
        }
    }

    /** Names that nothing defines get the size of the tensor that is passed. */
    private void bindSizes(MethodSpec method, int index) {
        TensorType actual = use.orElseThrow().inputs().get(index);
        List<Sizes.ShapeEntry> shape = Sizes.shape(
                method.annotation("Input").orElseThrow().value("shape").text());
        for (int i = 0; i < Math.min(shape.size(), actual.rank()); i++) {
            String name = shape.get(i).expression();
            if (Character.isJavaIdentifierStart(name.charAt(0))
                    && name.chars().allMatch(Character::isJavaIdentifierPart)
                    && !scope.sizes.isDefined(name)) {
                scope.sizes.bind(name, actual.size(i));
            }
        }
    }

    private TensorType inputType(MethodSpec method, int index) {
        AnnotationSpec input = method.annotation("Input").orElseThrow();
        String text = input.value("shape").text();
        Source source = input.value("shape").source();
        List<Dim> dims = new ArrayList<>();
        for (Sizes.ShapeEntry entry : Sizes.shape(text)) {
            dims.add(scope.sizes
                    .size(entry, text, source)
                    .orElseThrow(() -> scope.sizes.unknown(entry.expression(), text, entry.offset(), source)));
        }
        Element element = input.value("dtype").text().equals("INT64") ? Element.INT64 : Element.COMPUTE;
        TensorType declared = new TensorType(dims, element);
        if (use.isEmpty()) {
            return declared;
        }
        TensorType actual = use.get().inputs().get(index);
        if (!declared.sizes().equals(actual.sizes())
                || (element == Element.INT64) != (actual.element() == Element.INT64)) {
            throw new ModelException(
                    Code.SHAPE_MISMATCH,
                    use.get().source(),
                    "Input '" + method.name() + "' of " + scope.spec.simpleName() + " is " + declared
                            + (element == Element.INT64 ? " of whole numbers" : "") + " but gets " + actual
                            + (actual.element() == Element.INT64 ? " of whole numbers" : "") + ", which comes from "
                            + use.get().origins().get(index) + ". Pass other sizes with @Use(dims = \"…\").");
        }
        return new TensorType(dims, actual.element());
    }

    /** The tensors of a method; empty if it, or anything it reads, is wrong. */
    private Optional<List<Value>> make(String name) {
        Optional<List<Value>> known = made.get(name);
        if (known != null) {
            return known;
        }
        MethodSpec method = Objects.requireNonNull(methods.get(name));
        visiting.addLast(name);
        Optional<List<Value>> values = attempt(() -> build(method)).flatMap(v -> v);
        visiting.removeLast();
        made.put(name, values);
        return values;
    }

    private Optional<List<Value>> build(MethodSpec method) {
        if (inputs.containsKey(method.name())) {
            return Optional.of(List.of(inputs.get(method.name())));
        }
        Optional<UseBuilder> useBuilder = method.annotation("Use").map(u -> new UseBuilder(scope, method));
        String target = useBuilder
                .map(UseBuilder::target)
                .orElse("@" + method.operator().name());
        List<Port> ports =
                useBuilder.map(UseBuilder::ports).orElseGet(() -> OperatorBuilder.ports(scope, method.operator()));
        List<ParameterSpec> parameters = PortAssignment.assign(method, target, ports);
        List<Value> operands = new ArrayList<>();
        boolean complete = true;
        // In order of the declaration's parameters, so that nodes appear in the order in which they are read.
        for (ParameterSpec parameter : method.parameters()) {
            complete &= read(parameter).isPresent();
        }
        if (!complete) {
            return Optional.empty();
        }
        parameters.forEach(p -> operands.add(read(p).orElseThrow()));
        if (useBuilder.isPresent()) {
            Optional<UseNode> node = useBuilder.get().build(parameters, operands);
            node.ifPresent(n -> uses.put(method.name(), n));
            failed |= node.isEmpty();
            return node.map(UseNode::outputs);
        }
        Value value = new OperatorBuilder(scope, method, parameters).build(method.operator(), operands);
        if (method.annotation("Loss").isPresent()
                && (value.type().rank() != 0 || value.type().element() == Element.INT64)) {
            throw new ModelException(
                    Code.LOSS_NOT_SCALAR,
                    method.annotation("Loss").get().source(),
                    "A @Loss must be a single number but '" + method.name() + "' is " + value.type()
                            + ". End it with @CrossEntropy or @MeanSquaredError.");
        }
        return Optional.of(List.of(value));
    }

    /** The tensor that a parameter reads; empty if making it failed. */
    private Optional<Value> read(ParameterSpec parameter) {
        String edge = parameter.reads();
        int dot = edge.indexOf('.');
        String name = dot < 0 ? edge : edge.substring(0, dot);
        if (!methods.containsKey(name)) {
            throw new ModelException(
                    Code.UNKNOWN_EDGE,
                    parameter.source(),
                    "'" + edge + "' is no tensor of " + scope.spec.simpleName() + "."
                            + Suggestions.didYouMean(name, methods.keySet()) + " Its tensors are "
                            + String.join(", ", methods.keySet()) + ".");
        }
        if (visiting.contains(name)) {
            List<String> circle =
                    visiting.stream().dropWhile(m -> !m.equals(name)).toList();
            throw new ModelException(
                    Code.CYCLE,
                    parameter.source(),
                    "'" + name + "' depends on itself: " + String.join(" reads ", reversed(circle, name))
                            + ". Break the circle; a loop over blocks is written with @Repeat.");
        }
        Optional<List<Value>> values = make(name);
        if (values.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(select(parameter, name, dot < 0 ? "" : edge.substring(dot + 1), values.get()));
    }

    /** The circle as a chain of readers: {@code a reads b reads a}. */
    private static List<String> reversed(List<String> circle, String first) {
        List<String> chain = new ArrayList<>(circle);
        chain.add(first);
        return chain;
    }

    private Value select(ParameterSpec parameter, String name, String output, List<Value> values) {
        if (output.isEmpty() && values.size() == 1) {
            return values.get(0);
        }
        List<String> outputs = Optional.ofNullable(uses.get(name))
                .map(u -> u.scope().outputs().stream().map(ScopeOutput::name).toList())
                .orElse(List.of(name));
        int index = outputs.indexOf(output);
        if (index >= 0) {
            return values.get(index);
        }
        String choices =
                outputs.stream().map(o -> "@In(\"" + name + "." + o + "\")").collect(Collectors.joining(", "));
        throw new ModelException(
                Code.UNKNOWN_EDGE,
                parameter.source(),
                output.isEmpty()
                        ? "'" + name + "' has several outputs. Read one of them: " + choices + "."
                        : "'" + name + "' has no output '" + output + "'." + Suggestions.didYouMean(output, outputs)
                                + " Read " + choices + ".");
    }

    private void attempt(Runnable step) {
        attempt(() -> {
            step.run();
            return true;
        });
    }

    private <T> Optional<T> attempt(java.util.function.Supplier<T> step) {
        try {
            return Optional.of(step.get());
        } catch (ModelException e) {
            failed = true;
            String context = use.map(u -> "\n  (" + scope.spec.simpleName() + " as used by "
                            + u.source().where() + ")")
                    .orElse("");
            scope.diagnostics.error(e.code(), e.source(), e.getMessage() + context);
            return Optional.empty();
        }
    }
}
