package dev.ashlar.processor.endtoend;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.local.TestAssignment;
import dev.ashlar.processor.plan.HandMadePlans;
import dev.ashlar.processor.plan.Plan;
import dev.ashlar.processor.shard.SimulatedMesh;
import dev.ashlar.runtime.train.Settings;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The written class on several ranks trains as that on one does, and sends what the plan says. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MeshStepTest {
    private final OneRank references = new OneRank();

    @TempDir
    private Path directory;

    static Stream<MeshCase> cases() {
        return MeshCase.all().stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void ranksTrainAsOneDoes(MeshCase layout) throws Exception {
        Settings settings =
                Settings.defaults(dev.ashlar.runtime.engine.OptimizerKind.ADAMW).withDebug(true);
        compare(layout, settings);
    }

    static Stream<MeshCase> drawn() {
        return MeshCase.drawn(Integer.getInteger("ashlar.sweep", 1)).stream();
    }

    /** Whole models whose operators have strategies drawn from all that may be chosen; {@code -Psweep} draws more. */
    @ParameterizedTest
    @MethodSource("drawn")
    void anyStrategiesTogetherTrainAsOneRankDoes(MeshCase layout) throws Exception {
        compare(layout, Settings.defaults(dev.ashlar.runtime.engine.OptimizerKind.ADAMW));
    }

    /** Parts of one gradient add up to its norm, and copies count once. */
    @Test
    void theNormIsThatOfAllParts() throws Exception {
        Settings settings =
                Settings.defaults(dev.ashlar.runtime.engine.OptimizerKind.SGD).withClipNorm(0.05);
        MeshCase all = MeshCase.together(SampleModels.gpt(2));
        ModelSpecs model = all.model().optimizer("SGD").clipping();
        compare(new MeshCase("clipped", model, all.mesh(), all.assignment()), settings);
    }

    private void compare(MeshCase layout, Settings settings) throws Exception {
        Mesh one = SimulatedMesh.mesh(1);
        Plan serial = HandMadePlans.onHosts(layout.model(), one, new TestAssignment(one));
        Plan sharded = HandMadePlans.onHosts(layout.model(), layout.mesh(), layout.assignment());
        references.of(serial, settings, directory.resolve("one")).check(sharded, directory.resolve("all"));
    }
}
