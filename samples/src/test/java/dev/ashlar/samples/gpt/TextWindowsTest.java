package dev.ashlar.samples.gpt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.io.ByteText;
import dev.ashlar.runtime.launch.Ranks;
import dev.ashlar.runtime.train.InputInfo;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TextWindowsTest {
    private static GptLaptopStep step;
    private static int perBatch;

    @BeforeAll
    static void open() {
        step = GptLaptopStep.open(Ranks.single(), Seed.of(1));
        InputInfo tokens = step.plan().inputs().get(0);
        assertEquals("tokens", tokens.name());
        perBatch = Math.toIntExact(tokens.elements());
    }

    @AfterAll
    static void close() {
        step.close();
    }

    private static ByteText text(int bytes) {
        Random random = new Random(4);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < bytes; i++) {
            text.append((char) (' ' + random.nextInt(90)));
        }
        return ByteText.of(text.toString());
    }

    @Test
    void theBatchesCoverTheTextAndItsNextBytesOnce() {
        ByteText text = text(3 * perBatch + 17);
        TextWindows windows = new TextWindows(text, step.plan());
        assertEquals(3, windows.count());
        assertEquals(3 * perBatch + 1, windows.coveredBytes());
        int position = 0;
        for (int batch = 0; batch < 3; batch++) {
            GptBatch made = windows.at(batch);
            for (int i = 0; i < perBatch; i++, position++) {
                assertEquals(text.at(position), made.tokens().longs()[i]);
                assertEquals(text.at(position + 1), made.targets().longs()[i]);
            }
        }
        assertEquals(windows.at(0), windows.at(3));
    }

    @Test
    void aTextShorterThanOneBatchIsRefused() {
        assertEquals(1, new TextWindows(text(perBatch + 1), step.plan()).count());
        AshlarException refused =
                assertThrows(AshlarException.class, () -> new TextWindows(text(perBatch), step.plan()));
        assertTrue(
                String.valueOf(refused.getMessage()).contains(perBatch + " bytes, but one batch of "),
                refused.getMessage());
    }

    @Test
    void samplesFollowFromTheSeedAndGoOnBeyondTheWindow() {
        int bytes = 140; // the window of 128 slides
        List<String> first = new TextSampler(step, 0.8, Seed.of(3)).continuations("\n", bytes);
        assertEquals(first, new TextSampler(step, 0.8, Seed.of(3)).continuations("\n", bytes));
        assertTrue(!first.equals(new TextSampler(step, 0.8, Seed.of(4)).continuations("\n", bytes)));
        assertEquals(first.size(), first.stream().distinct().count());
    }

    @Test
    void aSampleNeedsATemperatureAndAText() {
        assertThrows(AshlarException.class, () -> new TextSampler(step, 0, Seed.of(3)));
        TextSampler sampler = new TextSampler(step, 1, Seed.of(3));
        assertThrows(AshlarException.class, () -> sampler.continuations("", 1));
    }
}
