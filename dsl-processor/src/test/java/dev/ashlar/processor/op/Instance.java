package dev.ashlar.processor.op;

import dev.ashlar.runtime.engine.Engine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Assertions;

/** A case with drawn attributes, shapes and tensors. */
final class Instance {
    final OperatorCase operatorCase;
    final Operator operator;
    final Attributes attributes;
    final Signature signature;
    final Rule.Inference inference;
    /** Inputs, then parameters. */
    final List<Tensor> operands = new ArrayList<>();

    final int inputs;
    private final LiveKernels kernels;

    Instance(OperatorCase operatorCase, Draw draw, Engine engine) {
        this.operatorCase = operatorCase;
        this.operator = operatorCase.operator();
        this.kernels = new LiveKernels(engine);
        OperatorCase.Sketch sketch = operatorCase.sketch().apply(draw);
        this.attributes = new TestAttributes(sketch.elements());
        this.inputs = sketch.shapes().size();
        this.signature = operator.signature(attributes, inputs);
        this.inference = infer(sketch);
        for (int i = 0; i < inference.operands().size(); i++) {
            operands.add(draw(i, draw).to(kernels.type(element(i))));
        }
    }

    private Rule.Inference infer(OperatorCase.Sketch sketch) {
        List<TensorType> types = new ArrayList<>();
        for (long[] shape : sketch.shapes()) {
            List<Dim> dims = Arrays.stream(shape).mapToObj(Dim::of).toList();
            types.add(new TensorType(dims, operator.inputElement(types.size())));
        }
        try {
            return signature.rule().infer(types, signature.sizes());
        } catch (RuleMismatch e) {
            return Assertions.fail(operatorCase + ": " + e.getMessage());
        }
    }

    private Tensor draw(int operand, Draw draw) {
        long[] shape =
                inference.operands().get(operand).stream().mapToLong(Dim::size).toArray();
        if (element(operand) == Element.INT64) {
            String axis = signature.rule().indexAxis(operand).orElseThrow();
            return draw.ids(inference.size(axis), shape);
        }
        Tensor normal = draw.normal(shape);
        // a running variance is positive
        return operand >= inputs
                        && signature.parameters().get(operand - inputs).name().equals("running_var")
                ? normal.square().add(new Scalar(0.5))
                : normal;
    }

    Element element(int operand) {
        if (operand < inputs) {
            return operator.inputElement(operand);
        }
        return signature.parameters().get(operand - inputs).buffer() ? Element.FLOAT32 : Element.COMPUTE;
    }

    boolean differentiable(int operand) {
        boolean buffer = operand >= inputs
                && signature.parameters().get(operand - inputs).buffer();
        return element(operand) != Element.INT64 && !buffer;
    }

    TensorType outputType(int output) {
        return new TensorType(
                inference.outputs().get(output), signature.outputs().get(output));
    }

    Shapes shapes() {
        return shapes(Float.BYTES);
    }

    Shapes shapes(int computeBytes) {
        List<TensorType> types = new ArrayList<>();
        for (int i = 0; i < operands.size(); i++) {
            types.add(new TensorType(inference.operands().get(i), element(i)));
        }
        return new Shapes(
                types.subList(0, inputs), types.subList(inputs, types.size()), List.of(outputType(0)), computeBytes);
    }

    /** The operator on the whole tensors. */
    LiveOperator live() {
        return live(operands, List.of(outputType(0)), Map.of());
    }

    /** The operator on tensors in place of its operands. */
    LiveOperator live(List<Tensor> tensors, List<TensorType> outputs, Map<String, KernelBuilder.Shard> shards) {
        return live(tensors, outputs, LivePart.of(shards), kernels);
    }

    /** One rank's part of the operator. */
    LiveOperator live(List<Tensor> tensors, List<TensorType> outputs, LivePart part, LiveKernels kernels) {
        List<LiveHandle> handles = new ArrayList<>();
        for (int i = 0; i < tensors.size(); i++) {
            handles.add(new LiveHandle(type(tensors.get(i), element(i)), tensors.get(i)));
        }
        return new LiveOperator(
                operator,
                attributes,
                kernels,
                handles.subList(0, inputs),
                handles.subList(inputs, handles.size()),
                outputs,
                part);
    }

    static TensorType type(Tensor tensor, Element element) {
        return new TensorType(
                Arrays.stream(LiveKernels.shape(tensor)).mapToObj(Dim::of).toList(), element);
    }

    /** Fresh copies that autograd watches. */
    List<Tensor> leaves() {
        return operands.stream().map(Compare::leaf).toList();
    }

    /** As {@link #leaves}, in 64-bit floats. */
    List<Tensor> exactLeaves() {
        return operands.stream()
                .map(t -> Compare.leaf(t.is_floating_point() ? t.to(ScalarType.Double) : t))
                .toList();
    }

    OperatorCase.Reference reference(List<Tensor> leaves, Engine engine) {
        return new OperatorCase.Reference(
                attributes, leaves.subList(0, inputs), leaves.subList(inputs, leaves.size()), engine.ops());
    }
}
