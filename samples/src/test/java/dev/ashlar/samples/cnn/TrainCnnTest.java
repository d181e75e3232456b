package dev.ashlar.samples.cnn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.samples.SampleProcess;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainCnnTest {
    @TempDir
    Path directory;

    @Test
    void digitsAreReadAfterAFewSteps() throws Exception {
        SampleProcess ended = SampleProcess.run(directory, TrainCnn.class, "--steps", "80");
        assertEquals(0, ended.code(), ended.toString());
        double right = Double.parseDouble(ended.linesFrom("held out: ").get(0).split(" ")[2]);
        assertTrue(right > 50, right + " %; guessing gives 10");
    }

    @Test
    void anUnknownOptionIsOneLineAndCodeTwo() throws Exception {
        SampleProcess ended = SampleProcess.run(directory, TrainCnn.class, "--digits");
        assertEquals(2, ended.code(), ended.toString());
        assertEquals(1, ended.errors().size(), ended.toString());
        assertTrue(ended.errors().get(0).startsWith("error: Unknown option: '--digits'"), ended.toString());
    }
}
