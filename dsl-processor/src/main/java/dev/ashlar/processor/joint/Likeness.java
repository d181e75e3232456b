package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.op.Attributes;
import dev.ashlar.processor.op.Operator;
import dev.ashlar.processor.op.ParameterDeclaration;
import dev.ashlar.processor.op.Signature;
import dev.ashlar.processor.op.TensorType;
import java.util.ArrayList;
import java.util.List;

/** What an operator's strategies and what they come to depend on: those of queries, keys and values are the same, and so are those of all forms of the step. */
record Likeness(
        Operator operator,
        Attributes attributes,
        Signature signature,
        List<TensorType> inputs,
        List<TensorType> parameters,
        List<ParameterDeclaration> declarations,
        List<TensorType> outputs,
        List<Integer> views) {
    static Likeness of(OperatorNode node) {
        List<Value> all = new ArrayList<>(node.inputs());
        all.addAll(node.outputs());
        return new Likeness(
                node.operator(),
                node.attributes(),
                node.signature(),
                node.inputs().stream().map(Value::type).toList(),
                node.parameters().stream().map(ScopeParameter::type).toList(),
                node.parameters().stream().map(ScopeParameter::declaration).toList(),
                node.outputs().stream().map(Value::type).toList(),
                all.stream().map(v -> all.indexOf(v.storage())).toList());
    }
}
