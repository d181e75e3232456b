package dev.ashlar.processor.op;

import dev.ashlar.runtime.engine.Engine;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;

/** Runs a sugar's operators as they are added, and their gradients in reverse order. */
final class LiveExpansion implements Expansion {
    private final Attributes attributes;
    private final Map<String, LiveHandle> ports;
    private final LiveKernels kernels;
    private final Draw draw;
    private final Deque<Added> added = new ArrayDeque<>();
    private final Map<Tensor, Tensor> gradients = new IdentityHashMap<>();
    /** Parameters by name below the annotated method: {@code "q.weight"}. */
    final Map<String, Tensor> parameters = new HashMap<>();

    private @Nullable Handle result;

    private record Added(LiveOperator live, List<Tensor> operands, Tensor output) {}

    LiveExpansion(Attributes attributes, Map<String, LiveHandle> ports, Engine engine, Draw draw) {
        this.attributes = attributes;
        this.ports = ports;
        this.kernels = new LiveKernels(engine);
        this.draw = draw;
    }

    @Override
    public Attributes attributes() {
        return attributes;
    }

    @Override
    public Optional<Handle> port(String name) {
        return Optional.ofNullable(ports.get(name));
    }

    @Override
    public Handle operator(String name, String annotation, Map<String, Object> elements, Handle... inputs) {
        Operator operator = Catalogue.standard().operator(annotation).orElseThrow();
        Attributes own = new TestAttributes(elements);
        Signature signature = operator.signature(own, inputs.length);
        Rule.Inference inference = infer(name, signature, inputs);
        List<LiveHandle> owned = new ArrayList<>();
        for (int i = 0; i < signature.parameters().size(); i++) {
            TensorType type = new TensorType(inference.operands().get(inputs.length + i), Element.COMPUTE);
            // scores of a few units, as in a network: a saturated softmax magnifies rounding
            Tensor tensor = draw.normal(type.sizes().stream().mapToLong(n -> n).toArray())
                    .mul(new Scalar(1 / Math.sqrt(type.size(-1))));
            parameters.put(name + "." + signature.parameters().get(i).name(), tensor);
            owned.add(new LiveHandle(type, tensor));
        }
        List<LiveHandle> given =
                List.of(inputs).stream().map(h -> (LiveHandle) h).toList();
        TensorType type =
                new TensorType(inference.outputs().get(0), signature.outputs().get(0));
        LiveOperator live =
                new LiveOperator(operator, own, kernels, given, owned, List.of(type), LivePart.of(Map.of()));
        Tensor output = live.forward().get(0);
        List<Tensor> operands = new ArrayList<>();
        given.forEach(h -> operands.add(h.tensor()));
        owned.forEach(h -> operands.add(h.tensor()));
        added.push(new Added(live, operands, output));
        return new LiveHandle(type, output);
    }

    private static Rule.Inference infer(String name, Signature signature, Handle... inputs) {
        try {
            return signature
                    .rule()
                    .infer(List.of(inputs).stream().map(Handle::type).toList(), signature.sizes());
        } catch (RuleMismatch e) {
            return Assertions.fail(name + ": " + e.getMessage());
        }
    }

    @Override
    public void output(Handle tensor) {
        result = tensor;
    }

    Tensor result() {
        Assertions.assertNotNull(result);
        return LiveHandle.tensor(result);
    }

    /** Gradients of everything, by operand. */
    Map<Tensor, Tensor> backward(Tensor outputGradient) {
        gradients.put(result(), outputGradient);
        for (Added each : added) {
            List<Boolean> needed = Collections.nCopies(each.operands().size(), true);
            List<Optional<Tensor>> made = each.live().gradients(List.of(gradients.get(each.output())), needed);
            for (int i = 0; i < made.size(); i++) {
                gradients.merge(each.operands().get(i), made.get(i).orElseThrow(), Tensor::add);
            }
        }
        return gradients;
    }
}
