package dev.ashlar.processor.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.op.Argument;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which operators become one, and what backward then reads. */
final class PointwiseFusionTest {
    private static TrainingGraph graph(String methods) {
        return ModelSpecs.model("Net", "batch=4 d=8", """
                @Input(shape = "batch d") x()
                @Input(shape = "batch d") targets()
                %s
                @Loss @MeanSquaredError loss(x=y, targets)
                """.formatted(methods)).graph();
    }

    private static TrainingGraph fused(TrainingGraph graph) {
        return PointwiseFusion.of(graph, name -> false);
    }

    /** {@code "name: text"} of all kernels of single elements, forward before backward. */
    private static List<String> kernels(TrainingGraph graph) {
        List<String> kernels = new ArrayList<>();
        for (List<Step> steps : List.of(graph.train().forward(), graph.train().backward())) {
            for (Step step : steps) {
                if (step instanceof Step.Kernel kernel
                        && kernel.kernel().startsWith("pointwise")
                        && kernel.arguments().get(0) instanceof Argument.Literal text) {
                    kernels.add(kernel.node().name() + ": " + text.value());
                } else if (step instanceof Step.BlockForward block) {
                    kernels.addAll(kernels(graph.withTrain(block.runs().get(0).variant())));
                }
            }
        }
        return kernels;
    }

    @Test
    void aGatedProductKeepsItsInputsAlone() {
        TrainingGraph graph = fused(graph("""
                @Linear(out = "d") gate(x)
                @Linear(out = "d") up(x)
                @Silu gated(gate)
                @Multiply product(a=gated, b=up)
                @Linear(out = "d") y(product)
                """));
        assertEquals(List.of("product: y0 = multiply(silu(x0), x1);", """
                        product: y0 = siluGradient(multiply(x0, x2), x1);
                        y1 = multiply(x0, silu(x1));"""), kernels(graph));
        assertEquals(
                List.of("gate", "up"),
                graph.train().backward().stream()
                        .filter(s -> s instanceof Step.Kernel k && k.kernel().equals("pointwiseAll"))
                        .flatMap(s -> ((Step.Kernel) s).arguments().stream())
                        .filter(Value.class::isInstance)
                        .map(v -> ((Value) v).name())
                        .filter(n -> !n.startsWith("d."))
                        .toList());
    }

    @Test
    void aSumBehindDropoutHasTheMaskThatDropoutHas() {
        TrainingGraph apart = graph("""
                @Linear(out = "d") h(x)
                @Dropout(p = 0.1) dropped(h)
                @Add y(h, dropped)
                """);
        Object key = apart.train().forward().stream()
                .filter(s -> s instanceof Step.Kernel k && k.kernel().equals("dropout"))
                .map(s -> ((Step.Kernel) s).arguments().get(2))
                .findFirst()
                .orElseThrow();
        TrainingGraph graph = fused(apart);
        assertEquals(
                List.of("y: y0 = add(x0, dropout(x0, 0.1));", "y: y0 = add(x0, dropout(x0, 0.1));"), kernels(graph));
        graph.train().forward().stream()
                .filter(s -> s instanceof Step.Kernel k && k.kernel().equals("pointwise"))
                .forEach(s -> assertEquals(key, ((Step.Kernel) s).arguments().get(1)));
        assertTrue(graph.outputs().forward().isEmpty());
        assertTrue(
                graph.losses().forward().stream()
                        .anyMatch(s -> s instanceof Step.Kernel k
                                && k.arguments().get(0) instanceof Argument.Literal text
                                && text.value().equals("y0 = add(x0, x0);")),
                "an evaluation drops nothing");
    }

    @Test
    void chainsAreAsLongAsTheyCanBe() {
        assertEquals(
                "y: y0 = relu(add(scale(geluTanh(x0), 0.5), tanh(x0)));",
                kernels(fused(graph("""
                        @Linear(out = "d") h(x)
                        @Gelu a(h)
                        @Scale(value = 0.5) b(a)
                        @Tanh c(h)
                        @Add sum(b, c)
                        @Relu y(sum)
                        """))).get(0));
    }

    @Test
    void whatOthersReadStaysATensor() {
        TrainingGraph graph = graph("""
                @Linear(out = "d", bias = false) h(x)
                @Gelu a(h)
                @Scale(value = 0.5) b(a)
                @Linear(out = "d", bias = false) c(a)
                @Linear(out = "d", bias = false) e(b)
                @Add y(c, e)
                """);
        assertSame(graph, fused(graph));
    }

    @Test
    void outputsStayTensors() {
        TrainingGraph graph = graph("""
                @Linear(out = "d", bias = false) h(x)
                @Output @Gelu a(h)
                @Scale(value = 0.5) y(a)
                """);
        assertSame(graph, fused(graph));
    }

    @Test
    void notWhereBackwardWouldKeepMore() {
        TrainingGraph graph = graph("""
                @Linear(out = "d", bias = false) a(x)
                @Linear(out = "d", bias = false) b(x)
                @Add sum(a, b)
                @Gelu y(sum)
                """);
        assertSame(graph, fused(graph), "gelu keeps the sum, which is one tensor where its addends are two");
    }

    @Test
    void aRectifiedSumKeepsItsResult() {
        assertEquals(
                List.of("y: y0 = relu(add(x0, x1));", "y: y0 = reluGradient(x0, x1);"), kernels(fused(graph("""
                        @Linear(out = "d") a(x)
                        @Linear(out = "d") b(x)
                        @Add sum(a, b)
                        @Relu y(sum)
                        """))));
    }

    /** Its gradient is that of the linear's result, whose columns the kernel can then sum. */
    @Test
    void oneAloneBehindABias() {
        String methods = """
                @Linear(out = "d", bias = %s) h(x)
                @Gelu a(h)
                @Linear(out = "d") y(a)
                """;
        assertEquals(
                List.of("a: y0 = geluTanh(x0);", "a: y0 = geluTanhGradient(x0, x1);"),
                kernels(fused(graph(methods.formatted(true)))));
        assertEquals(List.of(), kernels(fused(graph(methods.formatted(false)))));
        TrainingGraph pinned = PointwiseFusion.of(graph(methods.formatted(true)), "a"::equals);
        assertEquals("a: y0 = geluTanh(x0);", kernels(pinned).get(0), "it has the strategies that it had");
    }

    @Test
    void notAcrossABlock() {
        TrainingGraph graph = ModelSpecs.model("Net", "batch=4 d=8", """
                        @Input(shape = "batch d") x()
                        @Input(shape = "batch d") targets()
                        @Linear(out = "d") h(x)
                        @Gelu a(h)
                        @Use(Layer) body(h)
                        @Add y(a, body)
                        @Loss @MeanSquaredError loss(x=y, targets)
                        """)
                .block("Layer", "", """
                        @Input(shape = "batch d") x()
                        @Linear(out = "d") a(x)
                        @Gelu b(a)
                        @Output @Scale(value = 0.5) y(b)
                        """)
                .graph();
        assertEquals(
                List.of("y: y0 = scale(geluTanh(x0), 0.5);"),
                kernels(fused(graph)).stream().limit(1).toList());
        assertEquals(
                List.of("h", "a", "body", "y", "loss"),
                fused(graph).graph().root().nodes().stream().map(Node::name).toList());
    }

    @Test
    void notWhatIsSetApart() {
        TrainingGraph graph = SampleModels.llama(2).graph();
        assertSame(graph, PointwiseFusion.of(graph, "body[1].gated"::equals));
        assertEquals(
                List.of("product: y0 = multiply(silu(x0), x1);"),
                kernels(fused(graph)).stream().distinct().limit(1).toList());
    }

    @Test
    void twoDropoutsAreTwoKernels() {
        List<String> kernels = kernels(fused(graph("""
                @Linear(out = "d") a(x)
                @Dropout(p = 0.1) first(a)
                @Linear(out = "d") b(x)
                @Dropout(p = 0.2) second(b)
                @Add y(first, second)
                """)));
        assertEquals(
                List.of("second: y0 = dropout(x0, 0.2);", "y: y0 = add(dropout(x0, 0.1), x1);"),
                kernels.stream().limit(2).toList());
    }
}
