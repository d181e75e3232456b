package dev.ashlar.processor.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.shard.LocalOperator;
import dev.ashlar.processor.shard.SimulatedMesh;
import dev.ashlar.processor.shard.Strategies;
import dev.ashlar.processor.shard.Strategy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Strategies of whole operators, all of their kernels together. */
class NodeStrategiesTest {
    private static final Mesh TWO = SimulatedMesh.mesh(2);
    private static final Mesh FOUR_BY_EIGHT = SimulatedMesh.mesh(4, 8);

    private static OperatorNode node(String annotation, Map<String, Object> elements, long[]... inputs) {
        Operator operator = Catalogue.standard().operator(annotation).orElseThrow();
        Attributes attributes = new TestAttributes(elements);
        Signature signature = operator.signature(attributes, inputs.length);
        List<Value> values = new ArrayList<>();
        for (long[] shape : inputs) {
            List<Dim> dims = Arrays.stream(shape).mapToObj(Dim::of).toList();
            values.add(Value.of("v" + values.size(), new TensorType(dims, operator.inputElement(values.size()))));
        }
        List<Value> outputs = outputs(signature, values);
        return new OperatorNode("node", operator, attributes, signature, values, List.of(), outputs, () -> "Test.node");
    }

    private static List<Strategy> strategies(
            String annotation, Map<String, Object> elements, Mesh mesh, long[]... inputs) {
        return Strategies.of(node(annotation, elements, inputs), mesh);
    }

    private static List<Value> outputs(Signature signature, List<Value> inputs) {
        try {
            return signature
                    .rule()
                    .infer(inputs.stream().map(Value::type).toList(), signature.sizes())
                    .outputs()
                    .stream()
                    .map(dims -> Value.of("y", new TensorType(dims, Element.COMPUTE)))
                    .toList();
        } catch (RuleMismatch e) {
            return Assertions.fail(e);
        }
    }

    private static List<String> texts(List<Strategy> strategies) {
        return strategies.stream()
                .map(s -> s.kernel() + " " + s + " | " + s.backward())
                .toList();
    }

    private static long[] shape(long... sizes) {
        return sizes;
    }

    @Test
    void ofLinearWithBias() {
        assertEquals(
                List.of(
                        "0 x[R] weight[R] bias[R] -> y[R] | dy[R] -> dx[R] dweight[R] dbias[R]",
                        "0 x[S0] weight[R] bias[R] -> y[S0] | dy[S0] -> dx[S0] dweight[P] dbias[P]",
                        "0 x[R] weight[S0] bias[S0] -> y[S1] | dy[S1] -> dx[P] dweight[S0] dbias[S0]",
                        "1 x[S1] weight[S1] bias[R] -> y[P] | dy[R] -> dx[S1] dweight[S1] dbias[R]",
                        "1 x[P] weight[R] bias[R] -> y[P] | dy[R] -> dx[R] dweight[P] dbias[R]",
                        "1 x[R] weight[P] bias[R] -> y[P] | dy[R] -> dx[P] dweight[R] dbias[R]"),
                texts(strategies("Linear", Map.of("out", "n=12", "bias", true), TWO, shape(8, 16))));
    }

    @Test
    void ofCrossEntropyReduceInside() {
        List<Strategy> strategies = strategies("CrossEntropy", Map.of(), TWO, shape(4, 8, 32), shape(4, 8));
        assertEquals(
                List.of(
                        "0 logits[R] targets[R] -> y[R] | dy[R] -> dlogits[R] dtargets[R]",
                        "1 logits[S0] targets[S0] -> y[R] | dy[R] -> dlogits[S0] dtargets[S0]",
                        "1 logits[S1] targets[S1] -> y[R] | dy[R] -> dlogits[S1] dtargets[S1]",
                        "1 logits[S2] targets[R] -> y[R] | dy[R] -> dlogits[S2] dtargets[P]"),
                texts(strategies));
        assertEquals(List.of(), strategies.get(0).insideAxes());
        assertEquals(List.of(0), strategies.get(3).insideAxes());
    }

    @Test
    void ofLayerNormSplitRowsAlone() {
        List<String> texts =
                strategies("LayerNorm", Map.of("eps", 1e-5, "bias", true), FOUR_BY_EIGHT, shape(8, 1024, 768)).stream()
                        .map(Strategy::toString)
                        .toList();
        // 8 rows are too few for both mesh axes
        assertEquals(
                List.of(
                        "x[R, R] weight[R, R] bias[R, R] -> y[R, R]",
                        "x[R, S0] weight[R, R] bias[R, R] -> y[R, S0]",
                        "x[R, S1] weight[R, R] bias[R, R] -> y[R, S1]",
                        "x[S0, R] weight[R, R] bias[R, R] -> y[S0, R]",
                        "x[S0, S1] weight[R, R] bias[R, R] -> y[S0, S1]",
                        "x[S1, R] weight[R, R] bias[R, R] -> y[S1, R]",
                        "x[S1, S0] weight[R, R] bias[R, R] -> y[S1, S0]",
                        "x[S1, S1] weight[R, R] bias[R, R] -> y[S1, S1]"),
                texts);
    }

    @Test
    void ofAttentionSplitBatchAndHeads() {
        List<Strategy> strategies = strategies(
                "DotProductAttention",
                Map.of(),
                SimulatedMesh.mesh(2, 4),
                shape(8, 12, 64, 16),
                shape(8, 12, 64, 16),
                shape(8, 12, 64, 16));
        assertEquals(
                List.of(
                        "q[R, R] k[R, R] v[R, R] -> y[R, R]",
                        "q[R, S0] k[R, S0] v[R, S0] -> y[R, S0]",
                        "q[R, S1] k[R, S1] v[R, S1] -> y[R, S1]",
                        "q[S0, R] k[S0, R] v[S0, R] -> y[S0, R]",
                        "q[S0, S0] k[S0, S0] v[S0, S0] -> y[S0, S0]",
                        "q[S0, S1] k[S0, S1] v[S0, S1] -> y[S0, S1]",
                        "q[S1, R] k[S1, R] v[S1, R] -> y[S1, R]",
                        "q[S1, S0] k[S1, S0] v[S1, S0] -> y[S1, S0]"),
                strategies.stream().map(Strategy::toString).toList());
    }

    @Test
    void namesSeveralInputsOfOnePort() {
        List<String> texts = texts(strategies("Add", Map.of(), TWO, shape(3, 5), shape(3, 5), shape(3, 5)));
        assertEquals(
                List.of(
                        "0 x0[R] x1[R] x2[R] -> y[R] | dy[R] -> dx0[R] dx1[R] dx2[R]",
                        "0 x0[P] x1[P] x2[P] -> y[P] | dy[R] -> dx0[R] dx1[R] dx2[R]"),
                texts);
    }

    /** Megatron's pair: columns, then rows, with one reduction at its end. */
    @Test
    void offerColumnsThenRows() {
        Map<String, Object> up = Map.of("out", "n=64", "bias", true);
        Map<String, Object> down = Map.of("out", "n=16", "bias", true);
        Mesh mesh = SimulatedMesh.mesh(2, 4);
        assertTrue(strategies("Linear", up, mesh, shape(8, 4, 16)).stream()
                .anyMatch(s -> s.toString().equals("x[S0, R] weight[R, S0] bias[R, S0] -> y[S0, S2]")));
        assertTrue(strategies("Linear", down, mesh, shape(8, 4, 64)).stream()
                .anyMatch(s -> s.toString().equals("x[S0, S2] weight[R, S1] bias[R, R] -> y[S0, P]")
                        && s.backward().equals("dy[S0, R] -> dx[S0, S2] dweight[P, S1] dbias[P, R]")));
    }

    /** Four axes of the rule, two partial sums and nothing, on either mesh axis. */
    @Test
    void ofLinearOnALargeMesh() {
        assertEquals(
                49,
                strategies("Linear", Map.of("out", "n=3072"), FOUR_BY_EIGHT, shape(32, 1024, 768))
                        .size());
    }

    @Test
    void tellWhatOneDeviceSees() {
        Mesh mesh = SimulatedMesh.mesh(2, 4);
        OperatorNode loss = node("CrossEntropy", Map.of(), shape(4, 8, 32), shape(4, 8));
        Strategy strategy = Strategies.of(loss, mesh).stream()
                .filter(s -> s.toString().equals("logits[S0, S2] targets[S0, R] -> y[R, R]"))
                .findFirst()
                .orElseThrow();
        LocalOperator local = LocalOperator.of(loss, strategy, mesh, 2);
        assertEquals(List.of(2L, 8L, 8L), local.shapes().input().sizes());
        assertEquals(List.of(2L, 8L), local.shapes().inputs().get(1).sizes());
        assertEquals(
                List.of(
                        new LocalOperator.Reduction(0, new InnerReduction(true, 8)),
                        new LocalOperator.Reduction(1, new InnerReduction(true, 64)),
                        new LocalOperator.Reduction(1, new InnerReduction(true, 128))),
                local.reductions());
        assertEquals(100 / 8 + 1, strategy.localFlops(100));
    }
}
