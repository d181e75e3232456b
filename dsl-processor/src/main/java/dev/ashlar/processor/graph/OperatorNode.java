package dev.ashlar.processor.graph;

import dev.ashlar.processor.diagnostic.Source;
import dev.ashlar.processor.op.Attributes;
import dev.ashlar.processor.op.Operator;
import dev.ashlar.processor.op.Shapes;
import dev.ashlar.processor.op.Signature;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An operator with its tensors.
 *
 * @param name the method's name; below it, after a dot, that of a part of a sugar
 * @param operator its kind
 * @param attributes its annotation's elements
 * @param signature its rule and parameters
 * @param inputs in order of the ports, absent optional ones left out
 * @param parameters in order of declaration, as the operator uses them
 * @param outputs in order
 * @param part what is different where it runs on one device's parts of its tensors; empty where it runs on whole ones
 */
public record OperatorNode(
        String name,
        Operator operator,
        Attributes attributes,
        Signature signature,
        List<Value> inputs,
        List<ScopeParameter> parameters,
        List<Value> outputs,
        Source source,
        Optional<Part> part)
        implements Node {
    /** An operator on whole tensors. */
    public OperatorNode(
            String name,
            Operator operator,
            Attributes attributes,
            Signature signature,
            List<Value> inputs,
            List<ScopeParameter> parameters,
            List<Value> outputs,
            Source source) {
        this(name, operator, attributes, signature, inputs, parameters, outputs, source, Optional.empty());
    }

    /** A parameter as it lies, which need not be as the operator uses it. */
    public ScopeParameter stored(int parameter) {
        return part.map(p -> p.parameters().get(parameter).parameter()).orElseGet(() -> parameters.get(parameter));
    }

    /** Its shapes where the plan computes in elements of so many bytes. */
    public Shapes shapes(int computeBytes) {
        return new Shapes(
                inputs.stream().map(Value::type).toList(),
                parameters.stream().map(ScopeParameter::type).toList(),
                outputs.stream().map(Value::type).toList(),
                computeBytes);
    }

    /** Identity: two may look alike and still be two. */
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
