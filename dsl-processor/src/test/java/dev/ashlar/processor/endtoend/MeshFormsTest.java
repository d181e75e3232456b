package dev.ashlar.processor.endtoend;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.plan.MeshPlans;
import dev.ashlar.processor.plan.Plan;
import dev.ashlar.runtime.engine.OptimizerKind;
import dev.ashlar.runtime.train.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever form its step has, a plan of several ranks trains as the plain one of one rank, and sends what it says. */
class MeshFormsTest {
    private static final int BUDGETS = 2;
    private static final Settings SETTINGS =
            Settings.defaults(OptimizerKind.ADAMW).withDebug(true);

    @TempDir
    private Path directory;

    static Stream<Arguments> cases() {
        return Stream.of(
                Arguments.of("mlp", new Long[] {2L, 2L}),
                Arguments.of("gpt", new Long[] {2L}),
                Arguments.of("llama", new Long[] {2L}));
    }

    private static ModelSpecs model(String name) {
        Map<String, Supplier<ModelSpecs>> models = PlannedMeshTest.models();
        return Objects.requireNonNull(models.get(name)).get();
    }

    /** Masks of dropout are those of the whole batch too. */
    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("cases")
    void inMicroBatches(String name, Long[] mesh) throws Exception {
        check(model(name).plan(), model(name).mesh(mesh).microBatches(2));
    }

    private void check(Plan serial, ModelSpecs onMesh) throws Exception {
        RankComparison one = RankComparison.with(serial, SETTINGS, directory.resolve("one"));
        List<Plan> plans = MeshPlans.atBudgets(onMesh, BUDGETS);
        for (int i = 0; i < plans.size(); i++) {
            one.check(plans.get(i), directory.resolve("all" + i));
        }
    }
}
