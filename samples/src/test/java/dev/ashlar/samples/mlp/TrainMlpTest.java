package dev.ashlar.samples.mlp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.samples.SampleProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainMlpTest {
    @TempDir
    Path directory;

    private void assertMistake(String start, String... arguments) throws Exception {
        SampleProcess ended = SampleProcess.run(directory, TrainMlp.class, arguments);
        assertEquals(2, ended.code(), ended.toString());
        assertEquals(1, ended.errors().size(), ended.toString());
        assertTrue(ended.errors().get(0).startsWith("error: " + start), ended.toString());
    }

    /** Two columns that tell the class by a straight line. */
    private Path table(String name, String header, int rows) throws IOException {
        Random random = new Random(1);
        List<String> lines = new ArrayList<>(List.of(header));
        for (int row = 0; row < rows; row++) {
            double a = random.nextGaussian();
            double b = random.nextGaussian();
            lines.add(String.format(Locale.ROOT, "%f,%f,%s", a, b, a > b ? "above" : "below"));
        }
        return Files.write(directory.resolve(name), lines);
    }

    private static double accuracy(SampleProcess ended) {
        assertEquals(0, ended.code(), ended.toString());
        return Double.parseDouble(ended.linesFrom("held out: ").get(0).split(" ")[2]);
    }

    @Test
    void spiralsAreToldApart() throws Exception {
        double right = accuracy(SampleProcess.run(directory, TrainMlp.class, "--steps", "600"));
        assertTrue(right > 90, right + " %");
    }

    @Test
    void aTableIsLearnt() throws Exception {
        Path csv = table("table.csv", "a,b,side", 800);
        double right = accuracy(SampleProcess.run(
                directory, TrainMlp.class, "--steps", "200", "--csv", csv.toString(), "--label", "side"));
        assertTrue(right > 95, right + " %");
    }

    @Test
    void mistakesAreOneLineAndCodeTwo() throws Exception {
        Path missing = directory.resolve("missing.csv");
        assertMistake("there is no file " + missing, "--csv", missing.toString());
        Path few = table("few.csv", "a,b,label", 40);
        assertMistake("there are 32 rows, fewer than one batch of 64", "--csv", few.toString());
        assertMistake("the number of steps is -1", "--steps", "-1");
    }
}
