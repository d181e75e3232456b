package dev.ashlar.processor.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.ModelSpecs;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The planner finds what people have found before it, from rules and costs alone. */
class KnownPlansTest {
    /** The scalar loss, added up so that every device reports it. */
    private static final String LOSS = "forward activation all_reduce [R, P] -> [R, R] of loss";

    private static ModelSpecs perceptron(String dims) {
        return ModelSpecs.model("Perceptron", dims, """
                        @Input(shape = "batch d") x()
                        @Input(shape = "batch d") targets()
                        @Repeat("3") @Use(Pair) body(x)
                        @Loss @MeanSquaredError loss(x=body, targets)
                        """)
                .block("Pair", "", """
                        @Input(shape = "batch d") x()
                        @Linear(out = "4*d") up(x)
                        @Gelu act(up)
                        @Output @Linear(out = "d") down(act)
                        """)
                .device("h100-sxm")
                .mesh(1L, 4L)
                .memory("60GiB");
    }

    /** How often each is sent, and bytes of one full tensor if they are all the same, else of all together. */
    private static Map<String, String> collectives(Plan plan) {
        return plan.communications().stream()
                .filter(c -> c.wireBytes() > 0)
                .collect(Collectors.groupingBy(
                        KnownPlansTest::words,
                        TreeMap::new,
                        Collectors.collectingAndThen(Collectors.toList(), sizes())));
    }

    private static String words(Communication c) {
        String loss = c.name().startsWith("loss") ? " of loss" : "";
        return c.phase().words() + " " + c.purpose().words() + " " + c.kind() + " " + c.from() + " -> " + c.to() + loss;
    }

    private static java.util.function.Function<List<Communication>, String> sizes() {
        return all -> {
            long first = all.get(0).tensorBytes();
            boolean same = all.stream().allMatch(c -> c.tensorBytes() == first);
            long sum = all.stream().mapToLong(Communication::tensorBytes).sum();
            return same ? all.size() + " of " + first : "together " + sum;
        };
    }

    private static Map<String, String> strategies(Plan plan) {
        Map<String, String> strategies = new TreeMap<>();
        for (OperatorPlan operator : plan.operators()) {
            strategies.merge(
                    OperatorPattern.starred(operator.name()),
                    operator.strategy().toString(),
                    (a, b) -> a.equals(b) ? a : a + " or " + b);
        }
        return strategies;
    }

    /** Large weights and few rows: one all-reduce of a layer pair and direction; the first pair's input has no gradient. */
    @Test
    void largeWeightsAreCutIntoColumnsAndThenRows() {
        Plan plan = MeshPlans.fastest(perceptron("batch=8 d=2048"));
        assertEquals(
                Map.of(
                        "body[*].up", "x[R, R] weight[R, S0] bias[R, S0] -> y[R, S1]",
                        "body[*].act", "x[R, S1] -> y[R, S1]",
                        "body[*].down", "x[R, S1] weight[R, S1] bias[R, R] -> y[R, P]",
                        "loss", "x[R, R] targets[R, R] -> y[R, R]"),
                strategies(plan));
        long bytes = 8 * 2048 * 4;
        assertEquals(
                Map.of(
                        "forward activation all_reduce [R, P] -> [R, R]", "3 of " + bytes,
                        "backward activation gradient all_reduce [R, P] -> [R, R]", "2 of " + bytes),
                collectives(plan));
        assertEquals(5 * 2 * bytes * 3 / 4, wireBytes(plan));
    }

    /**
     * Small weights and many rows: every device has its part of the batch. Every second weight is updated in parts, which makes its update
     * shorter: its gradient is scattered beside backward, and what others have updated comes beside the next forward. Gradients of the
     * others and of biases are reduced, those of a pair as one.
     */
    @Test
    void largeBatchesAreCut() {
        Plan plan = MeshPlans.fastest(perceptron("batch=65536 d=128"));
        assertEquals(
                Map.of(
                        "body[*].up", "x[R, S0] weight[R, R] bias[R, R] -> y[R, S0]",
                        "body[*].act", "x[R, S0] -> y[R, S0]",
                        "body[*].down", "x[R, S0] weight[R, R] bias[R, R] -> y[R, S0]",
                        "loss", "x[R, S0] targets[R, S0] -> y[R, P]"),
                strategies(plan));
        long weight = 4 * 128 * 128 * 4;
        long biases = 5 * 128 * 4;
        assertEquals(3 * (2 * weight + biases), plan.memory().parameterBytes());
        assertEquals(
                Map.of(
                        "update parameter all_gather [R, S0] -> [R, R]",
                        "3 of " + weight,
                        "backward parameter gradient reduce_scatter [R, P] -> [R, S0]",
                        "3 of " + weight,
                        "backward parameter gradient all_reduce [R, P] -> [R, R]",
                        "3 of " + (weight + biases),
                        LOSS,
                        "1 of 4"),
                collectives(plan));
        assertTrue(plan.communications().stream()
                .filter(c -> c.tensorBytes() == weight)
                .allMatch(Communication::overlapped));
        assertEquals(2 * (3 * (2 * weight + biases) + 4) * 3 / 4, wireBytes(plan));
    }

    /** The same on CPUs, where what is exchanged takes as long from computation: data parallelism, one reduction of all gradients of a pair. */
    @Test
    void largeBatchesAreDataParallelWhereExchangesCost() {
        Plan plan = MeshPlans.fastest(perceptron("batch=65536 d=128").device("cpu"));
        long bytes = 3 * (8 * 128 * 128 + 5 * 128) * 4;
        assertEquals(plan.memory().parameterBytes(), bytes);
        assertEquals(
                Map.of("backward parameter gradient all_reduce [R, P] -> [R, R]", "3 of " + bytes / 3, LOSS, "1 of 4"),
                collectives(plan));
        assertEquals(2 * (bytes + 4) * 3 / 4, wireBytes(plan));
    }

    /** Where copies of all parameters do not fit, each lies in parts and is gathered where it is used, as often as that is. */
    @Test
    void inTightMemoryParametersAreGathered() {
        ModelSpecs model = perceptron("batch=32768 d=2048").precision("BF16").memory("2040MiB");
        for (String operator : List.of("up", "act", "down")) {
            model.pin("body[*]." + operator, "", "KEEP");
        }
        Plan plan = MeshPlans.fastest(model);
        assertEquals(
                Map.of(
                        "body[*].up", "x[R, S0] weight[R, R] bias[R, R] -> y[R, S0]",
                        "body[*].act", "x[R, S0] -> y[R, S0]",
                        "body[*].down", "x[R, S0] weight[R, R] bias[R, R] -> y[R, S0]",
                        "loss", "x[R, S0] targets[R, S0] -> y[R, P]"),
                strategies(plan));
        long bytes = 4 * 2048 * 2048 * 2;
        long biases = 3 * 5 * 2048 * 2;
        // backward does not read the first layer's weight: its input has no gradient
        assertEquals(
                new TreeMap<>(Map.of(
                        "forward parameter all_gather [R, S0] -> [R, R]",
                        "6 of " + bytes,
                        "backward parameter all_gather [R, S0] -> [R, R]",
                        "5 of " + bytes,
                        "backward parameter gradient reduce_scatter [R, P] -> [R, S0]",
                        "6 of " + bytes,
                        "backward parameter gradient all_reduce [R, P] -> [R, R]",
                        "3 of " + biases / 3,
                        LOSS,
                        "1 of 4")),
                collectives(plan));
        long parts = plan.parameters().stream()
                .filter(p -> p.part().name().endsWith("weight"))
                .mapToLong(p -> p.part().bytes())
                .sum();
        assertEquals(6 * bytes / 4, parts);
    }

    /** What lies between rows and columns is done on parts of the sequence: an all-reduce becomes a scatter and a gather. */
    @Test
    void normsAndResidualsAreCutAlongTheSequence() {
        Plan plan = MeshPlans.fastest(ModelSpecs.model("Residual", "seq=2048 d=4096", """
                        @Input(shape = "seq d") x()
                        @Input(shape = "seq d") targets()
                        @Repeat("3") @Use(Layer) body(x)
                        @Loss @MeanSquaredError loss(x=body, targets)
                        """)
                .block("Layer", "", """
                        @Input(shape = "seq d") x()
                        @LayerNorm norm(x)
                        @Linear(out = "4*d") up(norm)
                        @Gelu act(up)
                        @Linear(out = "d") down(act)
                        @Output @Add y(x, down)
                        """)
                .precision("BF16")
                .device("h100-sxm")
                .mesh(1L, 4L)
                .memory("60GiB"));
        assertEquals(
                Map.of(
                        "body[*].norm", "x[R, S0] weight[R, R] bias[R, R] -> y[R, S0]",
                        "body[*].up", "x[R, R] weight[R, S0] bias[R, S0] -> y[R, S1]",
                        "body[*].act", "x[R, S1] -> y[R, S1]",
                        "body[*].down", "x[R, S1] weight[R, S1] bias[R, R] -> y[R, P]",
                        "body[*].y", "x0[R, S0] x1[R, S0] -> y[R, S0]",
                        "loss", "x[R, S0] targets[R, S0] -> y[R, P]"),
                strategies(plan));
        long bytes = 2048L * 4096 * 2;
        assertEquals(
                new TreeMap<>(Map.of(
                        "forward activation all_gather [R, S0] -> [R, R]",
                        "3 of " + bytes,
                        "forward activation reduce_scatter [R, P] -> [R, S0]",
                        "3 of " + bytes,
                        "backward activation gradient all_gather [R, S0] -> [R, R]",
                        "3 of " + bytes,
                        "backward activation gradient reduce_scatter [R, P] -> [R, S0]",
                        "3 of " + bytes,
                        "backward parameter gradient all_reduce [R, P] -> [R, R]",
                        "3 of " + 2 * 4096 * 2,
                        LOSS,
                        "1 of 4")),
                collectives(plan));
    }

    /**
     * One long sequence: every device has a part of it, but attention, which reads all of it, has a part of the heads. All-to-alls bring
     * queries, keys and values there, and the result back.
     */
    @Test
    void longSequencesAreExchangedForHeads() {
        Plan plan = MeshPlans.fastest(ModelSpecs.model("Long", "batch=1 seq=32768 d=2048", """
                        @Input(shape = "batch seq d") x()
                        @Input(shape = "batch seq d") targets()
                        @Repeat("3") @Use(Layer) body(x)
                        @Loss @MeanSquaredError loss(x=body, targets)
                        """)
                .block("Layer", "", """
                        @Input(shape = "batch seq d") x()
                        @LayerNorm norm(x)
                        @Attention(heads = "16", causal = true) attn(norm)
                        @Output @Add y(x, attn)
                        """)
                .precision("BF16")
                .device("h200-sxm")
                .mesh(1L, 4L)
                .memory("60GiB"));
        Map<String, String> strategies = strategies(plan);
        assertEquals("x[R, S1] weight[R, R] bias[R, R] -> y[R, S1]", strategies.get("body[*].norm"));
        assertEquals("q[R, S1] k[R, S1] v[R, S1] -> y[R, S1]", strategies.get("body[*].attn.heads"));
        String tensor = String.valueOf(32768L * 2048 * 2 / 4);
        Map<String, String> collectives = collectives(plan);
        assertEquals("12 of " + tensor, collectives.get("forward activation all_to_all [R, S1] -> [R, S2]"));
        assertEquals("12 of " + tensor, collectives.get("backward activation gradient all_to_all [R, S2] -> [R, S1]"));
    }

    private static long wireBytes(Plan plan) {
        return plan.communications().stream()
                .mapToLong(Communication::wireBytes)
                .sum();
    }
}
