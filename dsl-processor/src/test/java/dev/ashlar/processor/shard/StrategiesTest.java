package dev.ashlar.processor.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.op.Dim;
import dev.ashlar.processor.op.Element;
import dev.ashlar.processor.op.Rule;
import dev.ashlar.processor.op.RuleMismatch;
import dev.ashlar.processor.op.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class StrategiesTest {
    private static final String LINEAR = "~b* k+, ~n k+ -> b* n";
    private static final String ATTENTION = "b (g r!) s! e!, b g t! e!, b g t! f! -> b (g r!) s! f!";

    private static List<Strategy> strategies(String rule, String names, Mesh mesh, long[]... shapes) {
        List<TensorType> types = Arrays.stream(shapes)
                .map(s -> new TensorType(Arrays.stream(s).mapToObj(Dim::of).toList(), Element.COMPUTE))
                .toList();
        try {
            return Strategies.of(Rule.parse(rule).infer(types, Map.of()), List.of(names.split(" ")), mesh);
        } catch (RuleMismatch e) {
            return Assertions.fail(e);
        }
    }

    private static List<String> texts(List<Strategy> strategies) {
        return strategies.stream()
                .map(s -> s + " | " + s.backward() + " | 1/" + s.parts())
                .toList();
    }

    private static List<Strategy> linear(Mesh mesh) {
        return strategies(LINEAR, "x weight y", mesh, shape(8, 16), shape(32, 16));
    }

    private static long[] shape(long... sizes) {
        return sizes;
    }

    @Test
    void ofLinearOnOneAxis() {
        assertEquals(
                List.of(
                        "x[R] weight[R] -> y[R] | dy[R] -> dx[R] dweight[R] | 1/1",
                        "x[S0] weight[R] -> y[S0] | dy[S0] -> dx[S0] dweight[P] | 1/2",
                        "x[S1] weight[S1] -> y[P] | dy[R] -> dx[S1] dweight[S1] | 1/2",
                        "x[R] weight[S0] -> y[S1] | dy[S1] -> dx[P] dweight[S0] | 1/2",
                        "x[P] weight[R] -> y[P] | dy[R] -> dx[R] dweight[P] | 1/1",
                        "x[R] weight[P] -> y[P] | dy[R] -> dx[P] dweight[R] | 1/1"),
                texts(linear(SimulatedMesh.mesh(2))));
    }

    @Test
    void ofLinearOnTwoAxes() {
        List<String> texts = texts(linear(SimulatedMesh.mesh(2, 4)));
        assertEquals(36, texts.size());
        // batch over the outer axis, columns over the inner one
        assertTrue(
                texts.contains("x[S0, R] weight[R, S0] -> y[S0, S1] | dy[S0, S1] -> dx[S0, P] dweight[P, S0] | 1/8"));
        // one dimension over both
        assertTrue(
                texts.contains("x[S0, S0] weight[R, R] -> y[S0, S0] | dy[S0, S0] -> dx[S0, S0] dweight[P, P] | 1/8"));
        // a partial sum passes through a product that makes one
        assertTrue(texts.contains("x[P, S1] weight[R, S1] -> y[P, P] | dy[R, R] -> dx[R, S1] dweight[P, S1] | 1/4"));
    }

    @Test
    void ofAttentionSplitsGroupsOfHeadsAlone() {
        List<Strategy> strategies = strategies(
                ATTENTION,
                "q k v y",
                SimulatedMesh.mesh(2, 4),
                shape(6, 8, 16, 4),
                shape(6, 4, 16, 4),
                shape(6, 4, 16, 4));
        assertEquals(
                List.of(
                        "q[R, R] k[R, R] v[R, R] -> y[R, R]",
                        "q[R, S1] k[R, S1] v[R, S1] -> y[R, S1]",
                        "q[S0, R] k[S0, R] v[S0, R] -> y[S0, R]",
                        "q[S0, S1] k[S0, S1] v[S0, S1] -> y[S0, S1]",
                        "q[S1, R] k[S1, R] v[S1, R] -> y[S1, R]"),
                strategies.stream().map(Strategy::toString).toList());
    }

    @Test
    void ofLayerNormSplitRowsAlone() {
        assertEquals(
                List.of(
                        "x[R] weight[R] bias[R] -> y[R] | dy[R] -> dx[R] dweight[R] dbias[R] | 1/1",
                        "x[S0] weight[R] bias[R] -> y[S0] | dy[S0] -> dx[S0] dweight[P] dbias[P] | 1/4",
                        "x[S1] weight[R] bias[R] -> y[S1] | dy[S1] -> dx[S1] dweight[P] dbias[P] | 1/4"),
                texts(strategies(
                        "b* d!, d!, d! -> b* d!",
                        "x weight bias y",
                        SimulatedMesh.mesh(4),
                        shape(8, 4, 16),
                        shape(16),
                        shape(16))));
    }

    @Test
    void ofSumsPassPartialSumsTogether() {
        assertEquals(
                List.of("a[R] b[R] -> y[R]", "a[S0] b[S0] -> y[S0]", "a[P] b[P] -> y[P]"),
                strategies("&x*, &x* -> x*", "a b y", SimulatedMesh.mesh(2), shape(4), shape(4)).stream()
                        .map(Strategy::toString)
                        .toList());
    }

    @Test
    void ofReductionsNeverMixSumsAndMaxima() {
        List<String> texts = texts(strategies("t v< m+ -> t", "x y", SimulatedMesh.mesh(2, 2), shape(2, 4, 4)));
        assertTrue(texts.contains("x[S1, S1] -> y[P<, P<] | dy[R, R] -> dx[S1, S1] | 1/4"));
        assertEquals(16 - 2 - 1, texts.size()); // t over both does not divide
    }

    @Test
    void ofFusedOperatorsDoNothing() {
        assertEquals(
                1,
                strategies("t*! v!, t*! -> ", "x y z", SimulatedMesh.mesh(2, 2, 2), shape(8, 8), shape(8))
                        .size());
    }

    @Test
    void leaveAxesOfOneDeviceAlone() {
        assertEquals(
                List.of("x[R, R] weight[R, R] -> y[R, R]", "x[R, S0] weight[R, R] -> y[R, S0]"),
                linear(SimulatedMesh.mesh(1, 2)).stream()
                        .map(Strategy::toString)
                        .limit(2)
                        .toList());
        assertEquals(1, linear(SimulatedMesh.mesh(1)).size());
    }

    @Test
    void areDistinctAndAlwaysTheSame() {
        List<Strategy> strategies = linear(SimulatedMesh.mesh(2, 2, 2));
        assertEquals(strategies, linear(SimulatedMesh.mesh(2, 2, 2)));
        assertEquals(strategies.size(), new HashSet<>(texts(strategies)).size());
    }

    @Test
    void divideTheShapes() {
        Mesh mesh = SimulatedMesh.mesh(2, 3, 4);
        List<List<Long>> shapes = List.of(List.of(24L, 12L), List.of(36L, 12L), List.of(24L, 36L));
        List<Strategy> strategies = strategies(LINEAR, "x weight y", mesh, shape(24, 12), shape(36, 12));
        for (Strategy strategy : strategies) {
            List<Layout> layouts = new ArrayList<>(strategy.operands());
            layouts.addAll(strategy.outputs());
            for (int i = 0; i < layouts.size(); i++) {
                assertTrue(layouts.get(i).divides(shapes.get(i), mesh), strategy.toString());
            }
        }
        assertTrue(strategies.stream().anyMatch(s -> s.parts() == 24));
    }

    @Test
    void knowWhichMeshAxesShareAnAxis() {
        Strategy strategy = linear(SimulatedMesh.mesh(2, 2, 2)).stream()
                .filter(s -> s.operands().get(0).equals(Layout.parse("[S0, R, S0]"))
                        && s.operands().get(1).equals(Layout.parse("[R, S0, R]")))
                .findFirst()
                .orElseThrow();
        assertEquals(List.of(0, 2), strategy.meshAxes("b0"));
        assertEquals(List.of(1), strategy.meshAxes("n"));
        assertEquals(13, strategy.localFlops(100));
    }
}
