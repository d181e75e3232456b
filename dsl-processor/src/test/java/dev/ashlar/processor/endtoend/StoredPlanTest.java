package dev.ashlar.processor.endtoend;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.plan.Communication;
import dev.ashlar.processor.plan.MeshPlans;
import dev.ashlar.processor.plan.ParameterPlan;
import dev.ashlar.processor.plan.Plan;
import dev.ashlar.runtime.engine.OptimizerKind;
import dev.ashlar.runtime.train.Settings;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans that store parameters apart from their use, because memory is short, train as one rank does. */
class StoredPlanTest {
    private static final int BUDGETS = 4;

    @TempDir
    private Path directory;

    /** So many rows that every rank has its part of the batch. */
    private static ModelSpecs model() {
        return ModelSpecs.model("Stored", "batch=512 d=16", """
                        @Input(shape = "batch d") x()
                        @Input(shape = "batch d") targets()
                        @Repeat("3") @Use(Pair) body(x)
                        @Loss @MeanSquaredError loss(x=body, targets)
                        """).block("Pair", "", """
                        @Input(shape = "batch d") x()
                        @Linear(out = "4*d") up(x)
                        @Gelu act(up)
                        @Output @Linear(out = "d") down(act)
                        """);
    }

    private static boolean isApart(ParameterPlan parameter) {
        return !parameter
                .storage()
                .toString()
                .equals(parameter.optimizerStorage().toString());
    }

    private static boolean gathers(Plan plan, Communication.Phase phase) {
        return plan.communications().stream()
                .anyMatch(c -> c.purpose() == Communication.Purpose.PARAMETER && c.phase() == phase);
    }

    @Test
    void ranksTrainAsOneDoes() throws Exception {
        Settings settings = Settings.defaults(OptimizerKind.ADAMW).withDebug(true);
        RankComparison one = RankComparison.with(model().plan(), settings, directory.resolve("one"));
        List<Plan> plans = MeshPlans.atBudgets(model().mesh(2L), BUDGETS);
        for (int i = 1; i < plans.size(); i++) {
            one.check(plans.get(i), directory.resolve("two" + i));
        }
        assertTrue(plans.stream().flatMap(p -> p.parameters().stream()).anyMatch(StoredPlanTest::isApart));
        assertTrue(plans.stream().anyMatch(p -> gathers(p, Communication.Phase.UPDATE)));
        Plan tight = plans.get(BUDGETS - 1);
        assertTrue(gathers(tight, Communication.Phase.FORWARD) && gathers(tight, Communication.Phase.BACKWARD));
    }
}
