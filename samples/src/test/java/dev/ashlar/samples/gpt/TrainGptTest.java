package dev.ashlar.samples.gpt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.launch.Launch;
import dev.ashlar.samples.SampleProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainGptTest {
    @TempDir
    Path directory;

    private void assertMistake(String start, String... arguments) throws Exception {
        SampleProcess ended = SampleProcess.run(directory, TrainGpt.class, arguments);
        assertEquals(2, ended.code(), ended.toString());
        assertEquals(1, ended.errors().size(), ended.toString());
        assertTrue(ended.errors().get(0).startsWith("error: " + start), ended.toString());
    }

    @Test
    void mistakesAreOneLineAndCodeTwo() throws Exception {
        Path missing = directory.resolve("missing.txt");
        assertMistake("there is no file " + missing, "--text", missing.toString());
        assertMistake("--resume needs to know where the checkpoints are", "--resume");
        assertMistake("Unknown option: '--step=3'", "--step=3");
        assertMistake("Invalid value for option '--steps'", "--steps", "many");
    }

    @Test
    void aTextThatIsTooShortIsAMistake() throws Exception {
        Path text = Files.writeString(directory.resolve("short.txt"), "a few words ".repeat(20));
        assertMistake("the held-out end of the text has 5 bytes, but one batch of ", "--text", text.toString());
    }

    @Test
    void aShortRunTrainsReportsAndWritesAndASecondOneContinues() throws Exception {
        Path text = Files.writeString(directory.resolve("text.txt"), "the quick brown fox. ".repeat(8000));
        String[] arguments = {
            "--text",
            text.toString(),
            "--steps",
            "4",
            "--checkpoint",
            directory.resolve("checkpoints").toString(),
            "--resume"
        };
        SampleProcess first = SampleProcess.run(directory, TrainGpt.class, arguments);
        assertEquals(0, first.code(), first.toString());
        assertEquals(List.of("no checkpoint yet: starting anew"), first.linesFrom("no checkpoint"));
        assertEquals(3, first.linesFrom("held out: ").size(), first.toString());
        assertEquals(3, first.linesFrom("--- sample ").size(), first.toString());

        SampleProcess second = SampleProcess.run(directory, TrainGpt.class, arguments);
        assertEquals(0, second.code(), second.toString());
        assertEquals(1, second.linesFrom("continuing from ").size(), second.toString());
        assertEquals(List.of(), second.linesFrom("step 4/4"));
        assertEquals(first.linesFrom("held out: "), second.linesFrom("held out: "));
    }

    @Test
    void twoRanksTrainTogetherAndTheFirstSpeaks() throws Exception {
        Path text = Files.writeString(directory.resolve("text.txt"), "the quick brown fox. ".repeat(8000));
        SampleProcess ended = SampleProcess.run(
                directory,
                Launch.class,
                "--ranks",
                "2",
                TrainGpt.class.getName(),
                "--text",
                text.toString(),
                "--steps",
                "2");
        assertEquals(0, ended.code(), ended.toString());
        assertEquals(1, ended.linesFrom("[rank 0] device  2 times cpu as 2").size(), ended.toString());
        assertEquals(3, ended.linesFrom("[rank 0] held out: ").size(), ended.toString());
        assertEquals(3, ended.linesFrom("[rank 0] --- sample ").size(), ended.toString());
        assertEquals(List.of(), ended.linesFrom("[rank 1]"), ended.toString());
    }

    /** One of two is killed after a checkpoint: the other goes on alone, by the plan of one device. */
    @Test
    void theRestGoesOnByTheOtherPlan() throws Exception {
        Path text = Files.writeString(directory.resolve("text.txt"), "the quick brown fox. ".repeat(8000));
        Path checkpoints = directory.resolve("checkpoints");
        SampleProcess ended = SampleProcess.run(
                directory,
                Launch.class,
                "--ranks",
                "2,1",
                "--restarts",
                "1",
                KilledGpt.class.getName(),
                "--text",
                text.toString(),
                "--steps",
                "12",
                "--checkpoint",
                checkpoints.toString());
        assertEquals(0, ended.code(), ended.toString());
        assertTrue(ended.errors().contains("restart 1 of 1 on 1 rank"), ended.toString());
        assertEquals(1, ended.linesFrom("[rank 0] device  2 times cpu as 2").size(), ended.toString());
        assertEquals(1, ended.linesFrom("[rank 0] continuing from ").size(), ended.toString());
        assertEquals(1, ended.linesFrom("[rank 0] step 12/12").size(), ended.toString());
        assertEquals(
                1,
                ended.linesFrom("[rank 0] held out: ").stream()
                        .filter(l -> l.contains("this model"))
                        .count(),
                ended.toString());
    }

    @Test
    void ranksForWhichThereIsNoPlanAreAMistake() throws Exception {
        Path text = Files.writeString(directory.resolve("text.txt"), "the quick brown fox. ".repeat(8000));
        SampleProcess ended = SampleProcess.run(
                directory, Launch.class, "--ranks", "3", TrainGpt.class.getName(), "--text", text.toString());
        assertEquals(2, ended.code(), ended.toString());
        assertTrue(
                ended.errors().stream().anyMatch(l -> l.contains("there is no plan for 3 ranks; start one of [1, 2]")),
                ended.toString());
    }
}
