package dev.ashlar.processor.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.report.PlanJson;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How parameters are stored follows from the memory that there is. */
class StoragePlansTest {
    private static final long WEIGHT_BYTES = 4L * 512 * 4 * 512;

    /** Three pairs of large weights; so many rows that it is cheaper to send weights than what lies between them. */
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
                .mesh(4L)
                .memory("60GiB");
    }

    private static List<ParameterPlan> weights(Plan plan) {
        return plan.parameters().stream()
                .filter(p -> p.name().endsWith("weight"))
                .toList();
    }

    private static List<String> storages(Plan plan) {
        return weights(plan).stream().map(p -> p.storage().toString()).toList();
    }

    /** Collectives of parameters and their gradients; those of biases are left out. */
    private static Map<String, Integer> ofWeights(Plan plan) {
        Map<String, Integer> found = new TreeMap<>();
        for (Communication c : plan.communications()) {
            boolean weight = c.purpose() == Communication.Purpose.PARAMETER
                    || c.purpose() == Communication.Purpose.PARAMETER_GRADIENT;
            if (weight && c.tensorBytes() == WEIGHT_BYTES) {
                found.merge(c.phase().words() + " " + c.kind() + " " + c.from() + " -> " + c.to(), 1, Integer::sum);
            }
        }
        return found;
    }

    /**
     * Where nothing is made again: with memory enough all weights are copies. Those whose scatters have something to run beside, the second of
     * each pair, are updated in parts, which makes their update shorter, and what others have updated comes beside the next forward. With less
     * the states of all are cut, then weights of some layers. In the smallest memory all weights are, and gathered for each direction; backward does not read the first.
     */
    @Test
    void theLessMemoryTheMoreIsCut() {
        List<Plan> plans = MeshPlans.keepingAtBudgets(perceptron("batch=16384 d=512"), 5);
        Plan free = plans.get(0);
        assertEquals(List.of("[R]", "[R]", "[R]", "[R]", "[R]", "[R]"), storages(free));
        assertEquals(
                Map.of(
                        "backward reduce_scatter [P] -> [S0]", 3,
                        "update all_gather [S0] -> [R]", 3),
                ofWeights(free));
        assertTrue(free.communications().stream()
                .filter(c -> c.purpose() == Communication.Purpose.PARAMETER
                        || c.purpose() == Communication.Purpose.PARAMETER_GRADIENT)
                .allMatch(Communication::overlapped));
        assertTrue(free.time().hiddenSeconds() > 0.8 * free.time().communicationSeconds());
        Plan between = plans.get(3);
        assertTrue(weights(between).stream()
                .allMatch(p -> p.optimizerStorage().toString().equals("[S0]")));
        assertEquals(List.of("[S0]", "[S0]", "[S0]", "[S0]", "[R]", "[R]"), storages(between));
        assertEquals(2, ofWeights(between).get("update all_gather [S0] -> [R]"));
        assertEquals(6, ofWeights(between).get("backward reduce_scatter [P] -> [S0]"));
        Plan tight = plans.get(4);
        assertTrue(weights(tight).stream().allMatch(p -> p.storage().toString().equals("[S0]")));
        assertEquals(
                Map.of(
                        "forward all_gather [S0] -> [R]", 6,
                        "backward all_gather [S0] -> [R]", 5,
                        "backward reduce_scatter [P] -> [S0]", 6),
                ofWeights(tight));
        for (Plan plan : plans) {
            assertTrue(
                    plan.operators().stream()
                            .allMatch(o -> o.strategy().toString().contains("-> y[S0]")
                                    || o.strategy().toString().contains("-> y[P]")),
                    "every device has its part of the batch");
        }
        assertTrue(between.memory().staticBytes() < free.memory().staticBytes() / 2);
        assertTrue(tight.memory().staticBytes() < free.memory().staticBytes() / 2);
        assertTrue(Stream.of(between, tight)
                .allMatch(p -> p.time().seconds() >= free.time().seconds()));
    }

    /**
     * Activations that are cheap to make again go before more parameters are cut; in the smallest memory both do, and it is less than cuts alone
     * can reach.
     */
    @Test
    void recomputesBeforeItCuts() {
        ModelSpecs model = perceptron("batch=16384 d=512");
        List<Plan> cutting = MeshPlans.keepingAtBudgets(model, 5);
        List<Plan> all = MeshPlans.atBudgets(model, 5);
        Plan less = all.get(1);
        assertEquals(
                List.of(List.of("act")),
                RecomputedSegment.of(less.operators()).stream()
                        .map(RecomputedSegment::tensors)
                        .toList());
        assertEquals(storages(all.get(0)), storages(less));
        Plan tight = cutting.get(4);
        Plan within = MeshPlans.withinThatOf(tight, model);
        assertTrue(within.time().recomputeSeconds() > 0);
        assertTrue(within.time().seconds() < 0.98 * tight.time().seconds());
        long smallest = MeshPlans.atBudgets(model, 2).get(1).memory().peakBytes();
        assertTrue(smallest < 0.6 * tight.memory().peakBytes());
    }

    /** Four devices need less for a whole step than one does for parameters and their states alone. */
    @Test
    void aStepNeedsLessThanAllParameters() {
        List<Plan> plans = MeshPlans.atBudgets(perceptron("batch=64 d=512"), 2);
        long whole = perceptron("batch=64 d=512").mesh(1L).plan().memory().staticBytes();
        assertTrue(plans.get(1).memory().peakBytes() < whole);
    }

    @Test
    void theReportSaysHowParametersAreStored() {
        Plan tight =
                MeshPlans.keepingAtBudgets(perceptron("batch=16384 d=512"), 2).get(1);
        String json = PlanJson.text(tight, "1").replaceAll("\\s+", "");
        assertTrue(json.contains("\"storage\":\"[S0]\",\"optimizerStorage\":\"[S0]\",\"keepGathered\":false"), json);
        long numbers = WEIGHT_BYTES / 4 / 4;
        assertTrue(json.contains("\"bytes\":" + 4 * numbers + ",\"gradientBytes\":" + 4 * numbers
                + ",\"optimizerBytes\":" + (8 * numbers + 4)));
    }

    /** The embedding is the head: cut for both, and updated once. */
    @Test
    void aTiedParameterLiesInOneWay() {
        ModelSpecs tied = ModelSpecs.model("Tied", "batch=4 vocab=512 d=64", """
                        @Input(shape = "batch", dtype = INT64) tokens()
                        @Input(shape = "batch", dtype = INT64) targets()
                        @Embedding(rows = "vocab", dim = "d") wte(tokens)
                        @Tied("weight=wte.weight") @Linear(out = "vocab", bias = false) logits(wte)
                        @Loss @CrossEntropy loss(logits, targets)
                        """);
        long whole = tied.plan().memory().staticBytes();
        Plan tight = MeshPlans.atBudgets(tied.mesh(2L), 2).get(1);
        List<ParameterPlan> parameters = tight.parameters();
        assertEquals(2, parameters.size());
        assertEquals(parameters.get(0).storage(), parameters.get(1).storage());
        assertEquals(parameters.get(0).optimizerStorage(), parameters.get(1).optimizerStorage());
        assertTrue(tight.memory().staticBytes() < whole / 2 + 64, tight.memory().staticBytes() + " of " + whole);
    }
}
