package dev.ashlar.processor.endtoend;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.graph.FusedLoss;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.local.TestAssignment;
import dev.ashlar.processor.op.LinearCrossEntropyOperator;
import dev.ashlar.processor.plan.HandMadePlans;
import dev.ashlar.processor.plan.Plan;
import dev.ashlar.processor.shard.SimulatedMesh;
import dev.ashlar.processor.shard.Strategies;
import dev.ashlar.processor.shard.Strategy;
import dev.ashlar.runtime.engine.OptimizerKind;
import dev.ashlar.runtime.train.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No strategy of a head with its loss in chunks is offered that ranks cannot run; they have unequal numbers of targets that count. */
class FusedLossStrategyTest {
    private static final int CHUNKS = 3;

    @TempDir
    private Path directory;

    static Stream<Mesh> meshes() {
        return Stream.of(SimulatedMesh.mesh(2), SimulatedMesh.mesh(4), SimulatedMesh.mesh(2, 2));
    }

    @ParameterizedTest
    @MethodSource("meshes")
    void agreesWithHeadAndLossOfOneRank(Mesh mesh) throws Exception {
        Settings settings = Settings.defaults(OptimizerKind.ADAMW).withDebug(true);
        for (boolean bias : List.of(false, true)) {
            ModelSpecs model = model(bias);
            Mesh one = SimulatedMesh.mesh(1);
            Plan serial = HandMadePlans.onHosts(model, one, new TestAssignment(one));
            RankComparison comparison = RankComparison.with(serial, settings, directory.resolve("one" + bias));
            TrainingGraph fused = FusedLoss.of(model.graph(), CHUNKS, false);
            OperatorNode node = node(fused);
            List<Strategy> strategies = Strategies.of(node, mesh);
            assertTrue(strategies.size() > mesh.rank(), strategies::toString);
            for (int i = 0; i < strategies.size(); i++) {
                TestAssignment assignment = new TestAssignment(mesh)
                        .with(node.name(), strategies.get(i).toString());
                comparison.check(HandMadePlans.onHosts(fused, mesh, assignment), directory.resolve("all" + bias + i));
            }
        }
    }

    private static ModelSpecs model(boolean bias) {
        return ModelSpecs.model("Head", "batch=4 seq=4 d=8 vocab=12", """
                @Input(shape = "batch seq d") x()
                @Input(shape = "batch seq", dtype = INT64) targets()
                @Linear(out = "d") h(x)
                @Output @Linear(out = "vocab", bias = %s) logits(h)
                @Loss @CrossEntropy(ignoreIndex = 3) loss(logits, targets)
                """.formatted(bias));
    }

    private static OperatorNode node(TrainingGraph graph) {
        return graph.graph().root().nodes().stream()
                .filter(OperatorNode.class::isInstance)
                .map(OperatorNode.class::cast)
                .filter(n -> n.operator() instanceof LinearCrossEntropyOperator)
                .findFirst()
                .orElseThrow();
    }
}
