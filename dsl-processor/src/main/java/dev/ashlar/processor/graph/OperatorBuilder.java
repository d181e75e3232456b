package dev.ashlar.processor.graph;

import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.ModelException;
import dev.ashlar.processor.diagnostic.Source;
import dev.ashlar.processor.op.Dim;
import dev.ashlar.processor.op.Element;
import dev.ashlar.processor.op.Expansion;
import dev.ashlar.processor.op.Handle;
import dev.ashlar.processor.op.Initial;
import dev.ashlar.processor.op.Operator;
import dev.ashlar.processor.op.ParameterDeclaration;
import dev.ashlar.processor.op.Port;
import dev.ashlar.processor.op.Rule;
import dev.ashlar.processor.op.RuleMismatch;
import dev.ashlar.processor.op.Signature;
import dev.ashlar.processor.op.Sugar;
import dev.ashlar.processor.op.TensorType;
import dev.ashlar.processor.spec.AnnotationSpec;
import dev.ashlar.processor.spec.MethodSpec;
import dev.ashlar.processor.spec.ParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Builds the operators of one method: infers their shapes from their rules and states their parameters. */
final class OperatorBuilder {
    private final ScopeContext scope;
    private final MethodSpec method;
    private final List<ParameterSpec> parameters;

    /** Parameters in order of the ports; they name the tensors in messages. */
    OperatorBuilder(ScopeContext scope, MethodSpec method, List<ParameterSpec> parameters) {
        this.scope = scope;
        this.method = method;
        this.parameters = parameters;
    }

    static List<Port> ports(ScopeContext scope, AnnotationSpec annotation) {
        return scope.catalogue
                .operator(annotation.name())
                .map(Operator::ports)
                .orElseGet(() -> scope.catalogue
                        .sugar(annotation.name())
                        .map(Sugar::ports)
                        .orElseThrow());
    }

    /** Builds what the annotation stands for and returns its output. */
    Value build(AnnotationSpec annotation, List<Value> inputs) {
        NodeAttributes attributes = new NodeAttributes(annotation, scope.sizes);
        Optional<Operator> operator = scope.catalogue.operator(annotation.name());
        if (operator.isPresent()) {
            return node(method.name(), operator.get(), attributes, inputs);
        }
        Sugar sugar = scope.catalogue.sugar(annotation.name()).orElseThrow();
        Map<String, Value> byPort = new LinkedHashMap<>();
        List<ParameterSpec> assigned = parameters;
        for (int i = 0; i < assigned.size(); i++) {
            byPort.put(portName(assigned.get(i), sugar.ports()), inputs.get(i));
        }
        Parts parts = new Parts(attributes, byPort);
        sugar.expand(parts);
        return parts.output.orElseThrow();
    }

    private static String portName(ParameterSpec parameter, List<Port> ports) {
        String wanted = parameter.port().orElse(parameter.name());
        return ports.stream().anyMatch(p -> p.name().equals(wanted))
                ? wanted
                : ports.get(0).name();
    }

    private Value node(String name, Operator operator, NodeAttributes attributes, List<Value> inputs) {
        checkElements(operator, attributes, inputs);
        Signature signature = operator.signature(attributes, inputs.size());
        Rule.Inference inferred = infer(name, signature, attributes, inputs);
        List<ScopeParameter> owned = new ArrayList<>();
        for (int i = 0; i < signature.parameters().size(); i++) {
            ParameterDeclaration declaration = initialised(
                    signature.parameters().get(i), inferred.operands().get(inputs.size()));
            TensorType type = new TensorType(
                    inferred.operands().get(inputs.size() + i),
                    declaration.buffer() ? Element.FLOAT32 : Element.COMPUTE);
            owned.add(new ScopeParameter(name + "." + declaration.name(), declaration, type, method.source()));
        }
        boolean exact = !inputs.isEmpty()
                && inputs.stream().allMatch(v -> v.type().element() != Element.COMPUTE)
                && inputs.stream().anyMatch(v -> v.type().element() == Element.FLOAT32);
        List<Value> outputs = new ArrayList<>();
        for (int i = 0; i < inferred.outputs().size(); i++) {
            Element element = signature.outputs().get(i);
            TensorType type = new TensorType(
                    inferred.outputs().get(i), element == Element.COMPUTE && exact ? Element.FLOAT32 : element);
            outputs.add(Value.of(name, type));
        }
        OperatorNode node =
                new OperatorNode(name, operator, attributes, signature, inputs, owned, outputs, method.source());
        operator.check(attributes, node.shapes(Float.BYTES));
        scope.nodes.add(node);
        outputs.forEach(v -> scope.origins.put(
                v,
                "@" + shown(attributes.annotation()) + " in " + method.source().where()));
        return outputs.get(0);
    }

    private static String shown(AnnotationSpec annotation) {
        String elements = annotation.values().entrySet().stream()
                .filter(e -> e.getValue().explicit())
                .map(e -> e.getKey() + " = "
                        + (e.getValue().value() instanceof String text
                                ? "\"" + text + "\""
                                : e.getValue().value()))
                .collect(Collectors.joining(", "));
        return annotation.name() + (elements.isEmpty() ? "" : "(" + elements + ")");
    }

    private void checkElements(Operator operator, NodeAttributes attributes, List<Value> inputs) {
        for (int i = 0; i < inputs.size(); i++) {
            boolean wantsIds = operator.inputElement(i) == Element.INT64;
            boolean hasIds = inputs.get(i).type().element() == Element.INT64;
            if (wantsIds != hasIds) {
                throw new ModelException(
                        Code.WRONG_DTYPE,
                        operandSource(i),
                        "@" + attributes.annotation().name() + " needs " + (wantsIds ? "whole numbers" : "real numbers")
                                + " but '" + inputs.get(i).name() + "' holds "
                                + (hasIds ? "whole numbers" : "real numbers") + "; it comes from "
                                + scope.origin(inputs.get(i)) + ". "
                                + (wantsIds
                                        ? "Declare the input with dtype = DType.INT64."
                                        : "Put an @Embedding between, or declare the input with dtype = DType.FLOAT32."));
            }
        }
    }

    private Source operandSource(int operand) {
        return operand < parameters.size() ? parameters.get(operand).source() : method.source();
    }

    private Rule.Inference infer(String name, Signature signature, NodeAttributes attributes, List<Value> inputs) {
        Map<String, Dim> sizes = signature.sizes();
        try {
            return signature.rule().infer(inputs.stream().map(Value::type).toList(), sizes);
        } catch (RuleMismatch mismatch) {
            throw mismatched(name, attributes, inputs, mismatch);
        }
    }

    private ModelException mismatched(
            String name, NodeAttributes attributes, List<Value> inputs, RuleMismatch mismatch) {
        int at = Math.max(mismatch.operand(), mismatch.other());
        int first = Math.min(mismatch.operand(), mismatch.other());
        String annotation = "@" + attributes.annotation().name();
        if (at >= inputs.size()) {
            return new ModelException(
                    Code.SHAPE_MISMATCH,
                    first < inputs.size() ? operandSource(first) : method.source(),
                    annotation + " '" + name + "' does not fit " + described(inputs) + ": " + mismatch.getMessage()
                            + "." + provenance(inputs));
        }
        List<Value> both = first == at ? List.of(inputs.get(at)) : List.of(inputs.get(first), inputs.get(at));
        return new ModelException(
                Code.SHAPE_MISMATCH,
                operandSource(at),
                both.stream().map(v -> "'" + v.name() + "'").collect(Collectors.joining(" and ")) + " cannot go into "
                        + annotation + ": " + mismatch.getMessage() + "." + provenance(both));
    }

    private static String described(List<Value> values) {
        return values.stream().map(v -> "'" + v.name() + "' " + v.type()).collect(Collectors.joining(" and "));
    }

    private String provenance(List<Value> values) {
        return values.stream()
                .map(v -> "\n  " + v.name() + " comes from " + scope.origin(v))
                .collect(Collectors.joining());
    }

    /** {@code @Init} replaces the initial values of what decays: the matrices. */
    private ParameterDeclaration initialised(ParameterDeclaration declared, List<Dim> weight) {
        Optional<AnnotationSpec> init = method.annotation("Init");
        if (init.isEmpty() || !declared.decay()) {
            return resolved(declared, weight);
        }
        double deviation = init.get().value("stdOf").text().isEmpty()
                ? ((Number) init.get().value("std").value()).doubleValue()
                : scope.sizes.real(
                        init.get().value("stdOf").text(),
                        init.get().value("stdOf").source());
        if (!(deviation >= 0 && Double.isFinite(deviation))) {
            throw new ModelException(
                    Code.BAD_ATTRIBUTE,
                    init.get().source(),
                    "A standard deviation must be at least 0 but is " + deviation + ".");
        }
        return deviation == 0
                ? resolved(declared, weight)
                : new ParameterDeclaration(
                        declared.name(), new Initial.Normal(deviation), declared.decay(), declared.buffer());
    }

    private static ParameterDeclaration resolved(ParameterDeclaration declared, List<Dim> weight) {
        return new ParameterDeclaration(
                declared.name(),
                declared.initial().resolved(new TensorType(weight, Element.COMPUTE)),
                declared.decay(),
                declared.buffer());
    }

    private final class Parts implements Expansion {
        private final NodeAttributes attributes;
        private final Map<String, Value> byPort;
        private Optional<Value> output = Optional.empty();

        Parts(NodeAttributes attributes, Map<String, Value> byPort) {
            this.attributes = attributes;
            this.byPort = byPort;
        }

        @Override
        public NodeAttributes attributes() {
            return attributes;
        }

        @Override
        public Optional<Handle> port(String name) {
            return Optional.ofNullable(byPort.get(name));
        }

        @Override
        public Handle operator(String name, String annotation, Map<String, Object> elements, Handle... inputs) {
            AnnotationSpec synthetic = NodeAttributes.synthetic(
                    annotation, elements, method.operator().source());
            return node(
                    name.isEmpty() ? method.name() : method.name() + "." + name,
                    scope.catalogue.operator(annotation).orElseThrow(),
                    new NodeAttributes(synthetic, scope.sizes),
                    Arrays.stream(inputs).map(Value.class::cast).toList());
        }

        @Override
        public void output(Handle tensor) {
            output = Optional.of((Value) tensor);
        }
    }
}
