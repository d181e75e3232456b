package dev.ashlar.processor.op;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** Runs the lowering of one operator at once, on tensors that exist. */
final class LiveOperator {
    static final long KEY = 77;

    private final Operator operator;
    private final Attributes attributes;
    private final LiveKernels kernels;
    private final List<LiveHandle> inputs;
    private final List<LiveHandle> parameters;
    private final List<TensorType> outputTypes;
    private final LivePart part;
    private final Map<Integer, Handle> outputs = new HashMap<>();
    private final Map<String, Handle> kept = new HashMap<>();

    LiveOperator(
            Operator operator,
            Attributes attributes,
            LiveKernels kernels,
            List<LiveHandle> inputs,
            List<LiveHandle> parameters,
            List<TensorType> outputTypes,
            LivePart part) {
        this.operator = operator;
        this.attributes = attributes;
        this.kernels = kernels;
        this.inputs = inputs;
        this.parameters = parameters;
        this.outputTypes = outputTypes;
        this.part = part;
    }

    /** Outputs of the forward direction. */
    List<Tensor> forward() {
        operator.forward(new Forward());
        return outputs();
    }

    /** Outputs of evaluation. */
    List<Tensor> evaluate() {
        operator.evaluate(new Forward());
        return outputs();
    }

    private List<Tensor> outputs() {
        List<Tensor> made = new ArrayList<>();
        for (int i = 0; i < outputTypes.size(); i++) {
            Handle output = outputs.get(i);
            assertNotNull(output, operator.kind() + " states no output " + i);
            made.add(LiveHandle.tensor(output));
        }
        return made;
    }

    /** Gradients of those operands, inputs before parameters, that are needed; for the others empty. */
    List<Optional<Tensor>> gradients(List<Tensor> outputGradients, List<Boolean> needed) {
        Backward backward = new Backward(outputGradients, needed);
        operator.gradient(backward);
        List<Optional<Tensor>> gradients = new ArrayList<>();
        for (int i = 0; i < needed.size(); i++) {
            Handle gradient = backward.gradients.get(i);
            if (needed.get(i)) {
                assertNotNull(gradient, operator.kind() + " states no gradient of operand " + i);
                gradients.add(Optional.of(LiveHandle.tensor(gradient)));
            } else {
                assertNull(gradient, operator.kind() + " states an unneeded gradient of operand " + i);
                gradients.add(Optional.empty());
            }
        }
        return gradients;
    }

    private class Base implements KernelBuilder {
        @Override
        public Attributes attributes() {
            return attributes;
        }

        @Override
        public int inputs() {
            return inputs.size();
        }

        @Override
        public Handle input(int index) {
            return inputs.get(index);
        }

        @Override
        public TensorType inputType(int index) {
            return inputs.get(index).type();
        }

        @Override
        public Handle parameter(int index) {
            return parameters.get(index);
        }

        @Override
        public TensorType outputType(int index) {
            return outputTypes.get(index);
        }

        @Override
        public Optional<Shard> shard(String axis) {
            return Optional.ofNullable(part.shards().get(axis));
        }

        @Override
        public Optional<Region> region(List<String> axes) {
            if (axes.stream().noneMatch(part.shards()::containsKey)) {
                return Optional.empty();
            }
            List<Long> whole = new ArrayList<>();
            long offset = 0;
            for (int d = 0; d < axes.size(); d++) {
                Shard shard = part.shards().get(axes.get(d));
                long size = shard == null ? outputTypes.get(0).size(d) : shard.wholeSize();
                offset *= size;
                offset += shard == null ? 0 : (Long) ((Argument.Literal) shard.offset()).value();
                whole.add(size);
            }
            return Optional.of(new Region(Argument.of(offset), whole));
        }

        @Override
        public int kernel() {
            return part.kernel();
        }

        @Override
        public Argument firstAddend() {
            return Argument.of(part.first());
        }

        @Override
        public Argument peers(List<String> axes) {
            return part.peers(axes);
        }

        @Override
        public Argument key() {
            return Argument.of(KEY);
        }

        @Override
        public Argument key(String operator) {
            return key();
        }

        @Override
        public List<Handle> calls(String kernel, List<Result> results, Argument... arguments) {
            return kernels.calls(kernel, results, arguments);
        }
    }

    private final class Forward extends Base implements ForwardBuilder {
        @Override
        public void output(int index, Handle tensor) {
            assertNull(outputs.put(index, tensor), "output stated twice");
        }

        @Override
        public void keep(String name, Handle tensor) {
            assertNull(kept.put(name, tensor), "kept twice: " + name);
        }
    }

    private final class Backward extends Base implements GradientBuilder {
        private final List<Tensor> outputGradients;
        private final List<Boolean> needed;
        private final Map<Integer, Handle> gradients = new HashMap<>();

        Backward(List<Tensor> outputGradients, List<Boolean> needed) {
            this.outputGradients = outputGradients;
            this.needed = needed;
        }

        @Override
        public Handle outputGradient(int index) {
            return new LiveHandle(outputTypes.get(index), outputGradients.get(index));
        }

        @Override
        public Handle output(int index) {
            return outputs.get(index);
        }

        @Override
        public Handle kept(String name) {
            assertTrue(kept.containsKey(name), operator.kind() + " kept no " + name);
            return kept.get(name);
        }

        @Override
        public boolean needsInput(int index) {
            return needed.get(index);
        }

        @Override
        public boolean needsParameter(int index) {
            return needed.get(inputs.size() + index);
        }

        @Override
        public void inputGradient(int index, Handle gradient) {
            assertFalse(gradients.containsKey(index), "gradient stated twice");
            gradients.put(index, gradient);
        }

        @Override
        public void parameterGradient(int index, Handle gradient) {
            inputGradient(inputs.size() + index, gradient);
        }
    }
}
