package dev.ashlar.samples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.launch.Ranks;
import dev.ashlar.samples.cnn.CnnBatch;
import dev.ashlar.samples.cnn.CnnLaptopStep;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RowBatchesTest {
    private static final int WIDTH = 20 * 20;
    private static final int BATCH = 64;
    private static CnnLaptopStep step;

    @BeforeAll
    static void open() {
        step = CnnLaptopStep.open(Ranks.single(), Seed.of(1));
    }

    @AfterAll
    static void close() {
        step.close();
    }

    /** Every number of row r is r, and its class is r modulo 10. */
    private static LabelledRows rows(int count) {
        float[] values = new float[count * WIDTH];
        int[] labels = new int[count];
        for (int row = 0; row < count; row++) {
            Arrays.fill(values, row * WIDTH, (row + 1) * WIDTH, row);
            labels[row] = row % 10;
        }
        return new LabelledRows(WIDTH, values, labels);
    }

    @Test
    void anEpochVisitsEveryRowOnceWithItsOwnClass() {
        RowBatches<CnnBatch> batches = RowBatches.of(rows(3 * BATCH), step, Seed.of(5), CnnBatch::new);
        int[] visits = new int[3 * BATCH];
        for (int position = 0; position < 3; position++) {
            CnnBatch batch = batches.at(position);
            for (int i = 0; i < BATCH; i++) {
                int row = (int) batch.images().floats()[i * WIDTH + WIDTH - 1];
                visits[row]++;
                assertEquals(row % 10, batch.targets().longs()[i]);
            }
        }
        int[] once = new int[3 * BATCH];
        Arrays.fill(once, 1);
        assertArrayEquals(once, visits);
    }

    @Test
    void aPositionGivesTheSameBatchAgainAndTheNextEpochAnotherOrder() {
        RowBatches<CnnBatch> batches = RowBatches.of(rows(2 * BATCH), step, Seed.of(5), CnnBatch::new);
        CnnBatch first = batches.at(1);
        CnnBatch nextEpoch = batches.at(3);
        assertEquals(first, batches.at(1));
        assertTrue(!first.equals(nextEpoch));
    }

    @Test
    void accuracyCountsEachRowOnceAlsoInABatchThatIsNotFull() {
        // Where all rows are alike, all get the same class, whichever that is: over the ten guesses the accuracies sum
        // to one.
        int count = BATCH + 6;
        double sum = 0;
        for (int guess = 0; guess < 10; guess++) {
            int[] labels = new int[count];
            Arrays.fill(labels, guess);
            LabelledRows alike = new LabelledRows(WIDTH, new float[count * WIDTH], labels);
            sum += RowBatches.of(alike, step, Seed.of(1), CnnBatch::new).accuracy();
        }
        assertEquals(1, sum);
    }

    @Test
    void rowsThatDoNotFitThePlanAreRefused() {
        LabelledRows narrow = new LabelledRows(3, new float[3 * BATCH], new int[BATCH]);
        assertRefused(narrow, "a row has 3 numbers, but the plan CnnLaptop was compiled for 400");
        int[] labels = new int[BATCH];
        labels[7] = 10;
        assertRefused(
                new LabelledRows(WIDTH, new float[BATCH * WIDTH], labels),
                "row 7 is of class 10, but the plan CnnLaptop was compiled for 10 classes");
        assertRefused(rows(BATCH - 1), "there are 63 rows, fewer than one batch of 64");
    }

    private static void assertRefused(LabelledRows rows, String start) {
        AshlarException refused =
                assertThrows(AshlarException.class, () -> RowBatches.of(rows, step, Seed.of(1), CnnBatch::new));
        assertTrue(String.valueOf(refused.getMessage()).startsWith(start), refused.getMessage());
    }
}
