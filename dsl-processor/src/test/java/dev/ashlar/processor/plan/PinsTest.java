package dev.ashlar.processor.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.diagnostic.Diagnostics;
import dev.ashlar.processor.diagnostic.ModelException;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Scope;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.SimulatedMesh;
import dev.ashlar.processor.shard.Strategies;
import dev.ashlar.processor.shard.Strategy;
import dev.ashlar.processor.solve.Block;
import dev.ashlar.processor.solve.BlockBuilder;
import dev.ashlar.processor.solve.Problem;
import dev.ashlar.processor.solve.Quantity;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PinsTest {
    private static final Mesh GRID = SimulatedMesh.mesh(2, 4);

    private static List<String> said(ModelSpecs model, Mesh mesh) {
        Diagnostics diagnostics = new Diagnostics();
        read(model, mesh, diagnostics);
        return diagnostics.all().stream()
                .map(d -> d.source().where() + ": " + d.message())
                .toList();
    }

    private static List<PinnedOperator> read(ModelSpecs model, Mesh mesh, Diagnostics diagnostics) {
        Scope root = model.graph().graph().root();
        return new PinReader(PinPlaces.operators(root), mesh, diagnostics).read(PinPlaces.of(model.spec(), root));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', textBlock = """
            body[*].up,        body[0].up,     true
            body[*].up,        body[11].up,    true
            body[*].up,        body[0].attn.q, false
            body[0..5].up,     body[5].up,     true
            body[0..5].up,     body[6].up,     false
            body[3].up,        body[3].up,     true
            body[3].up,        body[13].up,    false
            body[*].*,         body[2].attn.q, true
            body[*].attn.*,    body[2].up,     false
            *,                 norm,           true
            no.m,              norm,           false
            """)
    void patterns(String pattern, String operator, boolean matches) {
        assertEquals(matches, new OperatorPattern(pattern).matches(operator));
    }

    @Test
    void textsOfStrategies() {
        assertEquals(
                Map.of("x", Layout.parse("[S0, R]"), "y", Layout.parse("[S0, P]")),
                PinText.parse("x[S0, R] -> y[S0,P]"));
        assertEquals(Map.of("weight", Layout.parse("[R]")), PinText.parse(" weight [R] "));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> PinText.parse("x[S0] weight"))
                .getMessage()
                .endsWith("x[S0] weight\n          ^"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> PinText.parse("x[Q]"))
                .getMessage()
                .startsWith("'Q' is not a placement"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> PinText.parse("x[R] x[R]"))
                .getMessage()
                .startsWith("'x' stands here twice"));
    }

    @Test
    void namesEveryRepetition() {
        List<PinnedOperator> pins =
                read(SampleModels.gpt(3).pin("body[*].up", "weight[R, S0]", "PLANNED"), GRID, new Diagnostics());
        assertEquals(
                List.of("body[0].up", "body[1].up", "body[2].up"),
                pins.stream().map(PinnedOperator::name).toList());
    }

    @Test
    void mistakesAreToldWithWhatIsThere() {
        assertTold("This @Pin asks for nothing.", SampleModels.gpt(2).pin("norm", "", "PLANNED"));
        assertTold(
                "There is no operator 'body[*].upp' here. Did you mean 'body[*].up'? The operators are wte, embedded,",
                SampleModels.gpt(2).pin("body[*].upp", "x[R, R]", "PLANNED"));
        assertTold(
                "'body[*].attn' is several operators. Pin them one by one in @Plan(pins = …): body[*].attn.q,",
                SampleModels.gpt(2).pin("body[*].attn", "x[R, R]", "PLANNED"));
        assertTold(
                "'x[S0]' has 1 entry, but the mesh {2, 4} has 2 axes.",
                SampleModels.gpt(2).pin("norm", "x[S0]", "PLANNED"));
        assertTold(
                "'norm' has no tensor 'weigth'. Did you mean 'weight'? Its tensors are x, weight, bias, y.",
                SampleModels.gpt(2).pin("norm", "weigth[R, R]", "PLANNED"));
        assertTold(
                "No strategy of 'norm' on the mesh {2, 4} has these layouts. It has ",
                SampleModels.gpt(2).pin("norm", "x[S2, R]", "PLANNED"));
    }

    private static void assertTold(String beginning, ModelSpecs model) {
        List<String> said = said(model, GRID);
        assertEquals(1, said.size(), said::toString);
        assertTrue(said.get(0).startsWith("Plan.pins: " + beginning), said.get(0));
    }

    @Test
    void pinsOnMethodsMeanTheirOperators() {
        ModelSpecs model =
                ModelSpecs.model("Pinned", "batch=8 d=8 layers=2", """
                        @Input(shape = "batch d") x()
                        @Input(shape = "batch d") targets()
                        @Repeat("layers") @Use(Inner) body(x)
                        @Loss @MeanSquaredError loss(x=body, targets)
                        """).block("Inner", "", """
                        @Input(shape = "batch d") x()
                        @Pin(strategy = "x[R, S0]") @Output @Linear(out = "d") up(x)
                        """);
        List<PinnedOperator> pins = read(model, GRID, new Diagnostics());
        assertEquals(
                List.of("body[0].up", "body[1].up"),
                pins.stream().map(PinnedOperator::name).toList());
    }

    /** What is pinned to be recomputed is so though there is memory for it; what is pinned to be kept is kept though time is lost. */
    @Test
    void oneDeviceObeys() {
        Plan free = SampleModels.gpt(3).plan();
        assertTrue(RecomputedSegment.of(free.operators()).isEmpty());
        Plan pinned = SampleModels.gpt(3).pin("body[1].act", "", "RECOMPUTE").plan();
        assertEquals(
                List.of("body[1].act"),
                pinned.operators().stream()
                        .filter(o -> !o.recomputed().isEmpty())
                        .map(OperatorPlan::name)
                        .toList());
        long least = free.evidence().smallestFeasibleBytes();
        Plan smallest = SampleModels.gpt(3).memory(least + "B").plan();
        assertTrue(smallest.operators().stream()
                .anyMatch(o -> o.name().startsWith("body[") && !o.recomputed().isEmpty()));
        Plan kept = SampleModels.gpt(3).pin("body[*].*", "", "KEEP").plan();
        assertTrue(kept.operators().stream()
                .noneMatch(o -> o.name().startsWith("body[") && !o.recomputed().isEmpty()));
        assertTrue(kept.evidence().smallestFeasibleBytes() > least);
    }

    @Test
    void whatBackwardDoesNotReadCannotBeRecomputed() {
        List<String> problems =
                SampleModels.gpt(3).pin("body[*].down", "", "RECOMPUTE").problems();
        assertEquals(1, problems.size());
        assertTrue(problems.get(0).contains("could be computed again. Remove this pin."), problems.get(0));
    }

    @Test
    void memoryThatPinsCost() {
        long least = SampleModels.gpt(3).plan().evidence().smallestFeasibleBytes();
        List<String> problems = SampleModels.gpt(3)
                .pin("body[*].*", "", "KEEP")
                .memory(least + "B")
                .problems();
        assertEquals(1, problems.size());
        assertTrue(problems.get(0).contains("Without the pins " + least + " bytes would do."), problems.get(0));
    }

    /** Two operators of two strategies each, which have to choose alike. */
    private static PlanProblem twoAlike() {
        OperatorNode node = PinPlaces.operators(
                        HandMadePlans.layers().graph().graph().root())
                .values()
                .iterator()
                .next();
        List<Strategy> strategies = Stream.of("[S0]", "[R]")
                .map(x -> Strategies.of(node, SimulatedMesh.mesh(4)).stream()
                        .filter(s -> s.operands().get(0).toString().equals(x))
                        .findFirst()
                        .orElseThrow())
                .toList();
        BlockBuilder block = Block.builder("b", 1, 0);
        int first = block.node(2);
        int second = block.node(2);
        block.add(Quantity.TIME, first, 1, 2).forbidPair(first, second, 0, 1).forbidPair(first, second, 1, 0);
        return new HandMadeProblem(
                Problem.of(List.of(block.build())),
                List.of(new OperatorLabels("a", 0, strategies), new OperatorLabels("b", 1, strategies)));
    }

    private static PinnedOperator pin(String operator, String layouts) {
        return new PinnedOperator(
                operator, PinText.parse(layouts), Optional.empty(), new ModelSpecs.At("pin of " + operator));
    }

    @Test
    void pinsLeaveTheStrategiesThatHaveTheirLayouts() {
        PlanProblem pinned = PinnedPlans.of(twoAlike(), List.of(pin("b", "x[R]")));
        assertEquals(
                List.of(1, 1), new Chooser(List.of(pinned), 100, 0).choose().labels());
        assertEquals(
                List.of(0, 0), new Chooser(List.of(twoAlike()), 100, 0).choose().labels());
    }

    @Test
    void pinsThatContradictEachOtherAreNamed() {
        ModelException refuted = assertThrows(
                ModelException.class, () -> PinnedPlans.of(twoAlike(), List.of(pin("a", "x[S0]"), pin("b", "x[R]"))));
        assertEquals("pin of b", refuted.source().where());
        assertEquals(
                "No plan obeys this pin of 'b' together with those of 'a'. Remove one of them, or pin less.",
                refuted.getMessage());
    }

    @Test
    void whatIsNotOfferedIsSaid() {
        ModelException refuted =
                assertThrows(ModelException.class, () -> PinnedPlans.of(twoAlike(), List.of(pin("a", "weight[S1]"))));
        assertTrue(refuted.getMessage().startsWith("This version does not execute 'a' with these layouts."));
    }
}
