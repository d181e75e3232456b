package dev.ashlar.processor.op;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.shard.SimulatedMesh;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** No strategy is offered that ranks cannot run: all of every operator on 2, 4 and 2x2 ranks; {@code -Psweep} draws more shapes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RankStrategyTest {
    private static final List<Mesh> MESHES =
            List.of(SimulatedMesh.mesh(2), SimulatedMesh.mesh(4), SimulatedMesh.mesh(2, 2));
    private static final int DRAWS = Integer.getInteger("ashlar.sweep", 1);

    private int strategies;
    private int cases;
    private long start;

    static Stream<Arguments> cases() {
        return OperatorCases.all().stream().flatMap(c -> MESHES.stream().map(m -> Arguments.of(c, m)));
    }

    @BeforeAll
    void begin() {
        start = System.nanoTime();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithTheSerialOperator(OperatorCase operatorCase, Mesh mesh) throws Exception {
        for (int draw = 0; draw < DRAWS; draw++) {
            int checked = new RankStrategies(operatorCase, mesh, draw).check();
            assertTrue(checked > 0);
            strategies += checked;
        }
        cases++;
    }

    @AfterAll
    void report() {
        System.out.printf(
                "%d strategies of %d operators on a mesh, executed on Gloo ranks in %.1f s%n",
                strategies, cases, (System.nanoTime() - start) / 1e9);
    }
}
