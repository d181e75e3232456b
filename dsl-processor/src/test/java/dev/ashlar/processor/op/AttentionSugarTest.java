package dev.ashlar.processor.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ashlar.processor.diagnostic.ModelException;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.DeviceKind;
import dev.ashlar.runtime.engine.Engine;
import dev.ashlar.runtime.engine.Precision;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code @Attention} as a whole against its formula. */
class AttentionSugarTest {
    private static final double THETA = 500;

    @ParameterizedTest
    @CsvSource({
        // heads, kvHeads, causal, rope, bias, memory
        "4, '', true, false, true, false",
        "4, 2, true, true, false, false",
        "3, '', false, false, true, true",
        "6, 3, false, true, true, true",
    })
    void agreesWithAutograd(
            String heads, String kvHeads, boolean causal, boolean rope, boolean bias, boolean withMemory) {
        Map<String, Object> elements = Map.of(
                "heads", heads, "kvHeads", kvHeads, "causal", causal, "rope", rope, "ropeTheta", THETA, "bias", bias);
        for (int seed = 0; seed < 5; seed++) {
            try (PointerScope scope = new PointerScope();
                    Engine engine = Engine.open(DeviceKind.CPU, Precision.FP32, Seed.of(seed), true)) {
                Draw draw = new Draw(seed, 1);
                long d = Long.parseLong(heads) * 2 * draw.any(1, 4);
                Tensor x = draw.normal(draw.any(1, 3), draw.any(2, 9), d);
                Map<String, Tensor> inputs = new TreeMap<>(Map.of("x", x));
                if (withMemory) {
                    inputs.put("memory", draw.normal(x.size(0), draw.any(2, 9), draw.any(3, 9)));
                }
                compare(elements, inputs, engine, draw);
            }
        }
    }

    private static void compare(Map<String, Object> elements, Map<String, Tensor> inputs, Engine engine, Draw draw) {
        Map<String, LiveHandle> ports = new HashMap<>();
        inputs.forEach((name, tensor) ->
                ports.put(name, new LiveHandle(Instance.type(tensor, Element.COMPUTE), tensor)));
        Attributes attributes = new TestAttributes(elements);
        LiveExpansion live = new LiveExpansion(attributes, ports, engine, draw);
        Catalogue.standard().sugar("Attention").orElseThrow().expand(live);
        Map<String, Tensor> all = new TreeMap<>(inputs);
        all.putAll(live.parameters);
        Map<String, Tensor> leaves = new HashMap<>();
        all.forEach((name, tensor) -> leaves.put(name, Compare.leaf(tensor)));
        Tensor expected = reference(attributes, leaves);
        Tensor gradient = draw.normal(LiveKernels.shape(expected));
        Compare.backward(expected, gradient);
        Compare.close("forward", live.result(), expected, 1e-6);
        Map<Tensor, Tensor> gradients = live.backward(gradient);
        all.forEach((name, tensor) -> {
            // keys' biases move all scores of a query alike, which softmax does not see: their gradient is rounding
            if (!name.equals("k.bias")) {
                Compare.close(name, gradients.get(tensor), leaves.get(name).grad(), 1e-6);
            }
        });
    }

    private static Tensor reference(Attributes attributes, Map<String, Tensor> t) {
        Tensor x = t.get("x");
        Tensor memory = t.getOrDefault("memory", x);
        long heads = attributes.size("heads").size();
        long keys = attributes.given("kvHeads") ? attributes.size("kvHeads").size() : heads;
        Tensor q = split(linear(t, "q", x), heads);
        Tensor k = split(linear(t, "k", memory), keys);
        Tensor v = split(linear(t, "v", memory), keys);
        if (attributes.flag("rope")) {
            q = AttentionCases.rope(q, THETA);
            k = AttentionCases.rope(k, THETA);
        }
        Tensor y = AttentionCases.attention(q, k, v, attributes.flag("causal"), 1 / Math.sqrt(q.size(3)));
        return linear(t, "out", y.transpose(1, 2).reshape(x.size(0), x.size(1), x.size(2)));
    }

    private static Tensor linear(Map<String, Tensor> t, String name, Tensor x) {
        Tensor bias = t.get(name + ".bias");
        return torch.linear(x, t.get(name + ".weight"), bias == null ? new TensorOptional() : new TensorOptional(bias));
    }

    private static Tensor split(Tensor x, long heads) {
        return x.view(x.size(0), x.size(1), heads, x.size(2) / heads).transpose(1, 2);
    }

    @Test
    void namesItsParametersByLinear() {
        try (PointerScope scope = new PointerScope()) {
            Set<String> names =
                    expand(Map.of("heads", "2", "bias", true), 4).parameters.keySet();
            assertEquals(
                    Set.of("q.weight", "q.bias", "k.weight", "k.bias", "v.weight", "v.bias", "out.weight", "out.bias"),
                    new TreeSet<>(names));
        }
    }

    @Test
    void refusesWhatDoesNotDivide() {
        assertRefused(
                "heads",
                "x [2, 3, 10] cannot be split into heads: 10 is not divisible by heads=4; " + "choose a divisor of 10",
                Map.of("heads", "heads=4"),
                10);
        assertRefused(
                "kvHeads",
                "heads=4 query heads cannot share 3 key and value heads evenly; " + "choose a divisor of 4",
                Map.of("heads", "heads=4", "kvHeads", "3"),
                12);
        assertRefused(
                "heads",
                "heads of width 12/4=3 cannot be rotated, which needs an even width; "
                        + "choose another number of heads",
                Map.of("heads", "heads=4", "rope", true),
                12);
    }

    private static void assertRefused(String element, String message, Map<String, Object> elements, long d) {
        try (PointerScope scope = new PointerScope()) {
            ModelException e = assertThrows(ModelException.class, () -> expand(elements, d));
            assertEquals(message, e.getMessage());
            assertEquals(element, e.source().where());
        }
    }

    private static LiveExpansion expand(Map<String, Object> elements, long d) {
        try (Engine engine = Engine.open(DeviceKind.CPU, Precision.FP32, Seed.of(1), true)) {
            Draw draw = new Draw(1, 1);
            Tensor x = draw.normal(2, 3, d);
            Map<String, LiveHandle> ports = Map.of("x", new LiveHandle(Instance.type(x, Element.COMPUTE), x));
            LiveExpansion live = new LiveExpansion(new TestAttributes(elements), ports, engine, draw);
            new AttentionSugar().expand(live);
            return live;
        }
    }
}
