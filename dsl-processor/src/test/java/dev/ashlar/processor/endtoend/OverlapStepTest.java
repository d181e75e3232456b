package dev.ashlar.processor.endtoend;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.local.TestAssignment;
import dev.ashlar.processor.plan.Communication;
import dev.ashlar.processor.plan.HandMadePlans;
import dev.ashlar.processor.plan.Plan;
import dev.ashlar.processor.shard.SimulatedMesh;
import dev.ashlar.runtime.engine.OptimizerKind;
import dev.ashlar.runtime.train.Settings;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The written class trains as that on one rank does while its gradients are reduced beside backward, and sends what the plan says. */
class OverlapStepTest {
    @TempDir
    private Path directory;

    static Stream<MeshCase> cases() {
        return Stream.of(
                MeshCase.batches(SampleModels.mlp(), 2),
                MeshCase.batches(SampleModels.gpt(3), 2),
                MeshCase.batches(SampleModels.gpt("batch=4 seq=8 d=64 heads=4 vocab=512 layers=1"), 2),
                MeshCase.batches(SampleModels.nested(), 2),
                MeshCase.batches(SampleModels.cnn(), 4),
                MeshCase.together(SampleModels.gpt(2)),
                MeshCase.stored(MeshCase.batches(SampleModels.gpt(2), 2), 1),
                MeshCase.scattered(SampleModels.gpt(2), 2, DataParallel.States.CUT_ALONG_FIRST),
                MeshCase.scattered(
                        SampleModels.gpt("batch=4 seq=8 d=16 heads=2 vocab=32 layers=2"),
                        4,
                        DataParallel.States.CUT_ALONG_LAST),
                MeshCase.scattered(SampleModels.cnn(), 2, DataParallel.States.CUT_WITH_PARAMETERS),
                MeshCase.scattered(SampleModels.gpt(2), 2, DataParallel.States.CUT_WITH_PARAMETERS),
                MeshCase.scattered(SampleModels.nested(), 2, DataParallel.States.CUT_WITH_PARAMETERS));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void ranksTrainAsOneDoes(MeshCase layout) throws Exception {
        Settings settings = Settings.defaults(OptimizerKind.ADAMW).withDebug(true);
        Mesh one = SimulatedMesh.mesh(1);
        Plan serial = HandMadePlans.onHosts(layout.model(), one, new TestAssignment(one));
        Plan sharded = HandMadePlans.overlapping(layout.model(), layout.mesh(), layout.assignment());
        Plan blocking = HandMadePlans.onHosts(layout.model(), layout.mesh(), layout.assignment());
        assertTrue(reductions(sharded) < reductions(blocking));
        RankComparison.with(serial, settings, directory.resolve("one")).check(sharded, directory.resolve("all"));
    }

    private static long reductions(Plan plan) {
        return plan.communications().stream()
                .filter(c -> c.purpose() == Communication.Purpose.PARAMETER_GRADIENT)
                .count();
    }
}
