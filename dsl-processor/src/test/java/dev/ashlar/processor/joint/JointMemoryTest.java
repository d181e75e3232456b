package dev.ashlar.processor.joint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.cost.CostModel;
import dev.ashlar.processor.cost.ModelCost;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.device.NumberFormat;
import dev.ashlar.processor.graph.FusedLoss;
import dev.ashlar.processor.graph.PointwiseFusion;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.graph.UpdateInBackward;
import dev.ashlar.processor.local.Assignment;
import dev.ashlar.processor.local.LocalGraph;
import dev.ashlar.processor.local.Overlapping;
import dev.ashlar.processor.program.MemoryPoint;
import dev.ashlar.processor.program.MemoryProfile;
import dev.ashlar.processor.program.ModelParameter;
import dev.ashlar.processor.program.ModelParameters;
import dev.ashlar.processor.program.ProgramBuilder;
import dev.ashlar.processor.program.Timeline;
import dev.ashlar.processor.shard.Collectives;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.SimulatedMesh;
import dev.ashlar.processor.solve.Account;
import dev.ashlar.processor.solve.BlockStore;
import dev.ashlar.processor.solve.Effort;
import dev.ashlar.processor.solve.Narrowing;
import dev.ashlar.processor.solve.Outcome;
import dev.ashlar.processor.solve.Problem;
import dev.ashlar.processor.solve.Solver;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The problem's memory is that of the program, byte for byte, whatever is chosen. */
class JointMemoryTest {
    private static final Mesh ONE = SimulatedMesh.mesh(1);
    private static final Mesh TWO = SimulatedMesh.mesh(2);
    private static final Mesh FOUR = SimulatedMesh.mesh(2, 2);
    private static final int MOST_DRAWN = 16;

    static Stream<Arguments> cases() {
        List<Arguments> cases = new ArrayList<>();
        for (Mesh mesh : List.of(TWO, FOUR)) {
            cases.add(Arguments.of("mlp", SampleModels.mlp(), mesh, Repeats.NOTHING, 16));
            cases.add(Arguments.of("cnn", SampleModels.cnn(), mesh, Repeats.NOTHING, 4));
        }
        cases.add(Arguments.of("gpt 4", SampleModels.gpt(4), TWO, Repeats.NOTHING, 2));
        cases.add(Arguments.of("gpt 4", SampleModels.gpt(4), FOUR, Repeats.NOTHING, 2));
        cases.add(Arguments.of("llama 2", SampleModels.llama(2), TWO, Repeats.NOTHING, 4));
        cases.add(Arguments.of("llama 1", SampleModels.llama(1), FOUR, Repeats.NOTHING, 2));
        for (Mesh mesh : List.of(ONE, TWO, FOUR)) {
            ModelSpecs mixed = SampleModels.mlp().precision("BF16_MIXED").optimizer("LION");
            cases.add(Arguments.of("mlp mixed lion", mixed, mesh, Repeats.NOTHING, 4));
        }
        ModelSpecs mixed = SampleModels.llama(2).precision("BF16_MIXED");
        cases.add(Arguments.of("llama 2 mixed", mixed, TWO, Repeats.NOTHING, 2));
        cases.add(Arguments.of("cnn lion", SampleModels.cnn().optimizer("LION"), FOUR, Repeats.OPERATORS, 2));
        for (Mesh mesh : Integer.getInteger("ashlar.sweep", 0) > 0 ? List.of(ONE, TWO, FOUR) : List.of(ONE, TWO)) {
            for (Repeats repeats : List.of(Repeats.NOTHING, Repeats.EVERYTHING)) {
                int draws = mesh == FOUR ? 1 : 4;
                cases.add(Arguments.of("nesting", SampleModels.nesting(), mesh, repeats, draws));
                cases.add(Arguments.of("skipping", SampleModels.skipping(3), mesh, repeats, draws));
                cases.add(Arguments.of("attending", SampleModels.attending(3), mesh, repeats, draws));
                cases.add(Arguments.of("last", SampleModels.collecting("LAST"), mesh, repeats, draws));
                cases.add(Arguments.of("sum", SampleModels.collecting("SUM"), mesh, repeats, draws));
            }
        }
        cases.add(Arguments.of("shared and tied", SampleModels.sharedAndTied(), ONE, Repeats.NOTHING, 1));
        for (Mesh mesh : List.of(ONE, TWO, FOUR)) {
            cases.add(Arguments.of("mlp", SampleModels.mlp(), mesh, Repeats.EVERYTHING, 4));
            cases.add(Arguments.of("cnn", SampleModels.cnn(), mesh, Repeats.EVERYTHING, 4));
        }
        cases.add(Arguments.of("gpt 1", SampleModels.gpt(1), ONE, Repeats.EVERYTHING, 4));
        cases.add(Arguments.of("gpt 4", SampleModels.gpt(4), ONE, Repeats.EVERYTHING, 4));
        cases.add(Arguments.of("gpt 1", SampleModels.gpt(1), TWO, Repeats.OPERATORS, 2));
        cases.add(Arguments.of("gpt 4", SampleModels.gpt(4), TWO, Repeats.EVERYTHING, 1));
        cases.add(Arguments.of("llama 2", SampleModels.llama(2), ONE, Repeats.EVERYTHING, 4));
        for (Mesh mesh : List.of(TWO, FOUR)) {
            cases.add(Arguments.of("mlp in 2", SampleModels.mlp().microBatches(2), mesh, Repeats.EVERYTHING, 8));
        }
        cases.add(Arguments.of("gpt 1 in 2", SampleModels.gpt(1).microBatches(2), FOUR, Repeats.NOTHING, 4));
        cases.add(Arguments.of("gpt 4 in 2", SampleModels.gpt(4).microBatches(2), TWO, Repeats.OPERATORS, 1));
        cases.add(Arguments.of("llama 2 in 2", SampleModels.llama(2).microBatches(2), TWO, Repeats.NOTHING, 4));
        return cases.stream();
    }

    static Target target(Mesh mesh, Repeats repeats) {
        return target(mesh, repeats, NumberFormat.FP32);
    }

    private static Target target(Mesh mesh, Repeats repeats, NumberFormat format) {
        Collectives collectives = new Collectives(mesh, SimulatedMesh.device(false));
        return new Target(
                collectives,
                new CostModel(SimulatedMesh.device(false), format),
                format,
                i -> Layout.replicated(mesh.rank()),
                repeats);
    }

    @ParameterizedTest(name = "{0} on {2}, {3} made again")
    @MethodSource("cases")
    void equalsTheTimeline(String name, ModelSpecs model, Mesh mesh, Repeats repeats, int draws) throws Unplannable {
        check(model.graph(), mesh, repeats, draws);
    }

    static Stream<Arguments> updating() {
        return Stream.of(
                Arguments.of("mlp", SampleModels.mlp(), TWO, Repeats.EVERYTHING, 8),
                Arguments.of("mlp", SampleModels.mlp(), FOUR, Repeats.EVERYTHING, 8),
                Arguments.of("cnn", SampleModels.cnn(), FOUR, Repeats.EVERYTHING, 4),
                Arguments.of("gpt 4", SampleModels.gpt(4), TWO, Repeats.OPERATORS, 2),
                Arguments.of(
                        "mlp mixed lion",
                        SampleModels.mlp().precision("BF16_MIXED").optimizer("LION"),
                        FOUR,
                        Repeats.NOTHING,
                        8),
                Arguments.of("llama 2", SampleModels.llama(2), TWO, Repeats.NOTHING, 4),
                Arguments.of("llama 1", SampleModels.llama(1), FOUR, Repeats.NOTHING, 2));
    }

    /** Gradients go as soon as their parameters are updated, but those of parameters that operators around a block share. */
    @ParameterizedTest(name = "{0} on {2}, {3} made again")
    @MethodSource("updating")
    void equalsTheTimelineWhereBackwardUpdates(String name, ModelSpecs model, Mesh mesh, Repeats repeats, int draws)
            throws Unplannable {
        check(UpdateInBackward.of(model.graph()), mesh, repeats, draws);
    }

    static Stream<Arguments> chunked() {
        String dims = "batch=4 seq=8 d=16 heads=4 vocab=64 layers=1";
        return Stream.of(
                Arguments.of("gpt", SampleModels.gpt(dims), TWO, Repeats.OPERATORS, 2),
                Arguments.of("gpt", SampleModels.gpt(dims), FOUR, Repeats.NOTHING, 2),
                Arguments.of("gpt in 2", SampleModels.gpt(dims).microBatches(2), TWO, Repeats.NOTHING, 4),
                Arguments.of("llama", SampleModels.llama(dims), TWO, Repeats.NOTHING, 4));
    }

    /** Head and loss as one make gradients in forward. */
    @ParameterizedTest(name = "{0} on {2}, {3} made again")
    @MethodSource("chunked")
    void equalsTheTimelineOfHeadAndLossInChunks(String name, ModelSpecs model, Mesh mesh, Repeats repeats, int draws)
            throws Unplannable {
        TrainingGraph whole = FusedLoss.of(model.graph(), 4, false);
        check(whole, mesh, repeats, draws);
        if (whole.form().microBatches() == 1) {
            checkOutside(whole, mesh, repeats, draws);
            check(UpdateInBackward.of(whole), mesh, repeats, draws);
        }
    }

    /** The first time point is what an evaluation needs: at least, or exactly. */
    private static void checkOutside(TrainingGraph whole, Mesh mesh, Repeats repeats, int draws) throws Unplannable {
        Target target = target(mesh, repeats);
        JointProblem least = JointProblem.of(whole, target);
        JointProblem closer = least.closer().orElseThrow();
        assertTrue(closer.closer().isEmpty());
        for (int seed = 0; seed < draws; seed++) {
            List<Integer> labels = draw(least.problem(), new Random(seed));
            assertTrue(outsideBytes(least, labels) <= evaluatedBytes(whole, target, least.assignment(labels)));
            List<Integer> enough = countingLeast(closer, draw(closer.problem(), new Random(seed)));
            assertEquals(evaluatedBytes(whole, target, closer.assignment(enough)), outsideBytes(closer, enough));
        }
    }

    /** The same labels with the first that is allowed of what is counted outside training. */
    private static List<Integer> countingLeast(JointProblem joint, List<Integer> labels) {
        int node = joint.templates().get(0).nodes().entrySet().stream()
                .filter(e -> e.getKey().toString().equals("outside training"))
                .mapToInt(Map.Entry::getValue)
                .findFirst()
                .orElseThrow();
        int variable = joint.problem().variable(0, node);
        List<Integer> least = new ArrayList<>(labels);
        for (int label = 0; label < joint.problem().labels(variable); label++) {
            least.set(variable, label);
            if (Account.of(joint.problem(), least).allowed()) {
                return least;
            }
        }
        throw new AssertionError("no amount is enough");
    }

    private static long outsideBytes(JointProblem joint, List<Integer> labels) {
        assertEquals("forward evaluation", joint.points().get(0).get(0));
        return Account.of(joint.problem(), labels).memory().get(0).get(0);
    }

    private static long evaluatedBytes(TrainingGraph whole, Target target, Assignment assignment) {
        TrainingGraph local = LocalGraph.ofEvaluation(whole, assignment, target.collectives(), target.format());
        return Timeline.of(ProgramBuilder.evaluation(local)).points().stream()
                .filter(p -> p.phase().equals("outputs") && p.at().equals("logits"))
                .mapToLong(MemoryPoint::bytes)
                .max()
                .orElseThrow();
    }

    static Stream<Arguments> pointwise() {
        String dims = "batch=2 seq=8 d=16 heads=4 vocab=32 layers=2";
        ModelSpecs dropped = SampleModels.llamaWithDropout(dims);
        return Stream.of(
                Arguments.of("llama", SampleModels.llama(2), ONE, Repeats.EVERYTHING, 4),
                Arguments.of("llama", SampleModels.llama(2), TWO, Repeats.NOTHING, 2),
                Arguments.of("llama with dropout", dropped, ONE, Repeats.EVERYTHING, 4),
                Arguments.of("llama with dropout", dropped, TWO, Repeats.NOTHING, 4),
                Arguments.of(
                        "residual", SampleModels.residual("batch=4 side=8 c=4 classes=10"), TWO, Repeats.NOTHING, 2));
    }

    /** Functions of single elements are one operator. */
    @ParameterizedTest(name = "{0} on {2}, {3} made again")
    @MethodSource("pointwise")
    void equalsTheTimelineOfFunctionsOfElementsAsOne(
            String name, ModelSpecs model, Mesh mesh, Repeats repeats, int draws) throws Unplannable {
        TrainingGraph apart = model.graph();
        TrainingGraph whole = PointwiseFusion.of(apart, operator -> false);
        assertNotSame(apart, whole);
        check(whole, mesh, repeats, draws);
    }

    private static void check(TrainingGraph whole, Mesh mesh, Repeats repeats, int draws) throws Unplannable {
        boolean wide = whole.graph().spec().train().precision().equals("FP32");
        Target target = target(mesh, repeats, wide ? NumberFormat.FP32 : NumberFormat.BF16);
        JointProblem joint = JointProblem.of(whole, target);
        int checked = 0;
        for (int seed = 0; seed < draws; seed++) {
            List<Integer> labels = draw(joint.problem(), new Random(seed));
            if (labels.isEmpty()) {
                continue;
            }
            checked++;
            Account account = Account.of(joint.problem(), labels);
            assertTrue(account.allowed());
            TrainingGraph waiting = joint.recomputed(
                    LocalGraph.of(whole, joint.assignment(labels), target.collectives(), target.format()), labels);
            TrainingGraph local = Overlapping.of(waiting, target.collectives(), target.format());
            MemoryProfile profile = Timeline.of(ProgramBuilder.build(local));
            ModelCost cost = target.costs().of(local.train(), local.form().microBatches() == 1);
            double seconds = local.form().microBatches() * cost.seconds() + cost.updateSeconds();
            double besides = updateSeconds(local, target) + sumSeconds(local, target);
            assertEquals(seconds, joint.seconds(account.time()) - besides, seconds * 1e-9);
            assertEquals("", differences(timeline(profile), problem(joint, account, labels)), "seed " + seed);
            assertTrue(gathersOfUpdate(profile) <= account.peak());
        }
        assertTrue(checked > 0);
    }

    private static double updateSeconds(TrainingGraph local, Target target) {
        int number = target.format().bytes();
        LongStream bytes = ModelParameters.of(local).stream()
                .filter(ModelParameter::trained)
                .mapToLong(p -> {
                    long updated = p.updated().elements() * number;
                    long beside = p.bytes() - p.type().elements() * number + p.optimizerBytes();
                    return updated + 2 * (updated + beside);
                });
        return local.form().updateInBackward()
                ? bytes.mapToDouble(target.costs()::updateSeconds).sum()
                : target.costs().partOfUpdateSeconds(bytes.sum());
    }

    /** Of gradients of micro-batches. */
    private static double sumSeconds(TrainingGraph local, Target target) {
        return (local.form().microBatches() - 1)
                * ModelParameters.of(local).stream()
                        .filter(ModelParameter::trained)
                        .mapToDouble(p -> target.costs().sumSeconds(p.updated().elements()))
                        .sum();
    }

    private static String differences(Map<String, Long> timeline, Map<String, Long> problem) {
        Set<String> names = new LinkedHashSet<>(timeline.keySet());
        names.addAll(problem.keySet());
        StringBuilder text = new StringBuilder();
        for (String name : names) {
            Long there = timeline.get(name);
            Long here = problem.get(name);
            if (!Objects.equals(there, here)) {
                text.append(name)
                        .append(": timeline ")
                        .append(there)
                        .append(", problem ")
                        .append(here)
                        .append('\n');
            }
        }
        return text.toString();
    }

    private static Map<String, Long> timeline(MemoryProfile profile) {
        Map<String, Long> points = new LinkedHashMap<>();
        for (MemoryPoint point : profile.points()) {
            if (List.of("forward", "backward", "update").contains(point.phase()) && !isGatherOfUpdate(point)) {
                points.merge(name(point.phase(), point.at()), point.bytes(), Math::max);
            }
        }
        return points;
    }

    /** Gradients that meet have numbers behind their names where a routine has several of one name. */
    private static String name(String phase, String at) {
        return (phase + " " + at).replaceAll("(backward (\\S*\\.)?d[A-Z]\\w*?)\\d+$", "$1");
    }

    /** When they run nothing is there but parameters and states: the problem leaves them out, as backward took more. */
    private static long gathersOfUpdate(MemoryProfile profile) {
        return profile.points().stream()
                .filter(JointMemoryTest::isGatherOfUpdate)
                .mapToLong(MemoryPoint::bytes)
                .max()
                .orElse(0);
    }

    private static boolean isGatherOfUpdate(MemoryPoint point) {
        return point.phase().equals("update") && point.at().startsWith("gather ");
    }

    private static Map<String, Long> problem(JointProblem joint, Account account, List<Integer> labels) {
        Map<String, Long> points = new LinkedHashMap<>();
        List<List<String>> names = joint.points();
        for (int b = 0; b < names.size(); b++) {
            for (int p = 0; p < names.get(b).size(); p++) {
                boolean inTraining = !names.get(b).get(p).equals("forward evaluation");
                if (inTraining && joint.isThere(b, p, labels)) {
                    points.merge(names.get(b).get(p), account.memory().get(b).get(p), Math::max);
                }
            }
        }
        return points;
    }

    /** The fastest labelling in which some variables have drawn labels. */
    private static List<Integer> draw(Problem problem, Random random) {
        BlockStore store = new BlockStore();
        Map<Integer, BitSet> allowed = new LinkedHashMap<>();
        List<Integer> variables = new ArrayList<>();
        for (int v = 0; v < problem.variables(); v++) {
            if (random.nextInt(3) == 0) {
                variables.add(v);
            }
        }
        List<Integer> found = List.of();
        Collections.shuffle(variables, random);
        for (int v : variables.subList(0, Math.min(MOST_DRAWN, variables.size()))) {
            BitSet one = new BitSet();
            one.set(random.nextInt(problem.labels(v)));
            allowed.put(v, one);
            List<Integer> labels = solve(problem, store, allowed);
            if (labels.isEmpty()) {
                allowed.remove(v);
            } else {
                found = labels;
            }
        }
        return found.isEmpty() ? solve(problem, store, allowed) : found;
    }

    private static List<Integer> solve(Problem problem, BlockStore store, Map<Integer, BitSet> allowed) {
        Outcome outcome = Solver.solve(Narrowing.of(problem, allowed), store, 1L << 50, Effort.of(1));
        return outcome instanceof Outcome.Feasible feasible
                ? feasible.solution().labels()
                : List.of();
    }
}
