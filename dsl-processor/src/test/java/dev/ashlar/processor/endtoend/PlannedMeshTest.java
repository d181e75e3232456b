package dev.ashlar.processor.endtoend;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.plan.MeshPlans;
import dev.ashlar.processor.plan.Plan;
import dev.ashlar.runtime.engine.OptimizerKind;
import dev.ashlar.runtime.train.Settings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the planner chooses for several ranks trains as one rank does, whatever the memory, and sends what the plan says. */
class PlannedMeshTest {
    private static final int BUDGETS = 3;

    @TempDir
    private Path directory;

    static Stream<Arguments> cases() {
        Map<String, Supplier<ModelSpecs>> models = new LinkedHashMap<>();
        models.put("mlp", SampleModels::mlp);
        models.put("cnn", SampleModels::cnn);
        models.put("gpt", () -> SampleModels.gpt("batch=4 seq=8 d=16 heads=4 vocab=32 layers=3"));
        return models.entrySet().stream()
                .flatMap(m -> Stream.of(new Long[] {2L}, new Long[] {4L}, new Long[] {2L, 2L})
                        .map(mesh -> Arguments.of(m.getKey(), m.getValue().get(), mesh)));
    }

    @ParameterizedTest(name = "{0} on {2}")
    @MethodSource("cases")
    void ranksTrainAsOneDoes(String name, ModelSpecs model, Long[] mesh) throws Exception {
        Settings settings = Settings.defaults(OptimizerKind.ADAMW).withDebug(true);
        RankComparison one = RankComparison.with(model.plan(), settings, directory.resolve("one"));
        List<Plan> plans = MeshPlans.atBudgets(model.mesh(mesh), BUDGETS);
        for (int i = 0; i < plans.size(); i++) {
            one.check(plans.get(i), directory.resolve("all" + i));
        }
    }
}
