package dev.ashlar.processor.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.plan.HandMadePlans;
import dev.ashlar.processor.plan.Plan;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanJsonTest {
    @Test
    void goldenMlp() throws IOException {
        assertGolden("mlp.plan.json", PlanJson.text(SampleModels.mlp().plan(), "1.2.3"));
    }

    @Test
    void goldenColumnsThenRows() throws IOException {
        assertGolden("columns-then-rows.plan.json", PlanJson.text(HandMadePlans.columnsThenRows(), "1.2.3"));
    }

    @Test
    void goldenMixed() throws IOException {
        assertGolden("mixed.plan.json", PlanJson.text(HandMadePlans.mixed(), "1.2.3"));
    }

    @Test
    void goldenTable() throws IOException {
        assertGolden("gpt.costs.txt", CostTable.text(SampleModels.gpt(3).plan()));
    }

    @Test
    void goldenTableOfAMesh() throws IOException {
        assertGolden("mixed.costs.txt", CostTable.text(HandMadePlans.mixed()));
    }

    @Test
    void goldenExplanation() throws IOException {
        assertGolden("mixed.explain.txt", Explanation.text(HandMadePlans.mixed()));
    }

    @Test
    void samePlanSameBytes() {
        for (ModelSpecs model :
                List.of(SampleModels.sharedAndTied(), SampleModels.collecting("STACK"), SampleModels.flat(120))) {
            assertEquals(PlanJson.text(model.plan(), "1"), PlanJson.text(model.plan(), "1"));
        }
    }

    @Test
    void hashesTellModelsAndPlansApart() {
        Plan plan = SampleModels.gpt(2).plan();
        Plan deeper = SampleModels.gpt(3).plan();
        Plan other = SampleModels.gpt(2).memory("1GiB").plan();
        assertNotEquals(plan.modelHash(), deeper.modelHash());
        assertEquals(plan.modelHash(), other.modelHash());
        assertNotEquals(plan.planHash(), other.planHash());
    }

    @Test
    void realsAreShortAndReadBack() {
        assertEquals("0.00001", Reals.text(1e-5));
        assertEquals("0.1", Reals.text(0.1));
        assertEquals("10000", Reals.text(10_000));
        assertEquals("1E+300", Reals.text(1e300));
        assertEquals("0", Reals.text(0));
        assertEquals("0.30000000000000004", Reals.text(0.1 + 0.2));
    }

    /** Run with {@code -Dashlar.goldens=write} to write what is there now. */
    private static void assertGolden(String name, String actual) throws IOException {
        if ("write".equals(System.getProperty("ashlar.goldens"))) {
            Files.writeString(Path.of("src/test/resources/report", name), actual);
        }
        try (InputStream golden = PlanJsonTest.class.getResourceAsStream("/report/" + name)) {
            assertEquals(new String(golden.readAllBytes(), StandardCharsets.UTF_8), actual);
        }
    }
}
