package dev.ashlar.runtime.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.io.ByteText;
import dev.ashlar.runtime.io.CsvTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchesTest {
    @TempDir
    Path directory;

    private CsvTable table(int rows, int features) throws IOException {
        StringBuilder text = new StringBuilder("kind");
        for (int c = 0; c < features; c++) {
            text.append(",f").append(c);
        }
        for (int row = 0; row < rows; row++) {
            text.append("\n").append("abc".charAt(row % 3));
            for (int c = 0; c < features; c++) {
                text.append(",").append(row * 100 + c);
            }
        }
        return CsvTable.classes(Files.writeString(directory.resolve("t.csv"), text), "kind");
    }

    private static String refusal(org.junit.jupiter.api.function.Executable use) {
        return assertThrows(AshlarException.class, use).getMessage();
    }

    @Test
    void textWindowsAreShiftedByOneAndSeeded() {
        try (BigramStep step = BigramStep.open(4, 8)) {
            ByteText text = ByteText.of("the quick brown fox jumps over the lazy dog");
            TextBatches<BigramStep.Batch> batches = TextBatches.of(text, step, Seed.of(1));
            BigramStep.Batch batch = batches.at(17);
            for (int i = 0; i + 1 < 8; i++) {
                assertEquals(batch.tokens().longs()[i + 1], batch.targets().longs()[i]);
            }
            assertEquals(batch, TextBatches.of(text, step, Seed.of(1)).at(17));
            assertNotEquals(batch, batches.at(18));
            assertNotEquals(batch, TextBatches.of(text, step, Seed.of(2)).at(17));
        }
    }

    @Test
    void everyWindowOfATextIsReached() {
        try (BigramStep step = BigramStep.open(4, 2)) {
            TextBatches<BigramStep.Batch> batches = TextBatches.of(ByteText.of("abcd"), step, Seed.of(1));
            TreeSet<Long> starts = new TreeSet<>();
            for (int i = 0; i < 50; i++) {
                starts.add(batches.at(i).tokens().longs()[0]);
            }
            assertEquals(List.of((long) 'a', (long) 'b'), List.copyOf(starts));
        }
    }

    @Test
    void aTextShorterThanOneSequenceIsRefused() {
        try (BigramStep step = BigramStep.open(1, 8)) {
            String refusal = refusal(() -> TextBatches.of(ByteText.of("12345678"), step, Seed.of(1)));
            assertTrue(refusal.contains("has 8 bytes") && refusal.contains("need 9"), refusal);
            TextBatches.of(ByteText.of("123456789"), step, Seed.of(1)).at(0);
        }
    }

    @Test
    void textForATableModelIsRefused() {
        try (TinyMlpStep step = TinyMlpStep.open(TinyMlpStep.plan(2), Seed.of(1))) {
            assertTrue(refusal(() -> TextBatches.of(ByteText.of("text"), step, Seed.of(1)))
                    .contains("TinyMlp reads [x[2, 6], targets[2]]"));
        }
    }

    @Test
    void anEpochVisitsEveryRowOnceInAnOrderOfItsOwn() throws IOException {
        try (TinyMlpStep step = TinyMlpStep.open(TinyMlpStep.plan(2), Seed.of(1))) {
            TableBatches<TinyMlpBatch> batches = TableBatches.of(table(7, 6), step, Seed.of(1));
            assertEquals(3, batches.batchesPerEpoch());
            TreeSet<Float> seen = new TreeSet<>();
            StringBuilder[] orders = {new StringBuilder(), new StringBuilder()};
            for (int epoch = 0; epoch < 2; epoch++) {
                seen.clear();
                for (int i = 0; i < 3; i++) {
                    TinyMlpBatch batch = batches.at(epoch * 3L + i);
                    for (int row = 0; row < 2; row++) {
                        float first = batch.x().floats()[row * 6];
                        assertTrue(seen.add(first));
                        assertEquals((long) (first / 100) % 3, batch.targets().longs()[row]);
                        orders[epoch].append(first).append(" ");
                    }
                }
            }
            assertFalse(orders[0].toString().contentEquals(orders[1]));
        }
    }

    @Test
    void aTableThatDoesNotFitIsRefused() throws IOException {
        try (TinyMlpStep step = TinyMlpStep.open(TinyMlpStep.plan(2), Seed.of(1));
                BigramStep text = BigramStep.open(1, 1)) {
            CsvTable five = table(3, 5);
            assertTrue(refusal(() -> TableBatches.of(five, step, Seed.of(1))).contains("has 5 features"));
            CsvTable one = table(1, 6);
            assertTrue(refusal(() -> TableBatches.of(one, step, Seed.of(1))).contains("has 1 rows"));
            assertTrue(refusal(() -> TableBatches.of(five, text, Seed.of(1))).contains("but Bigram reads"));
        }
    }

    @Test
    void anIterableBeginsAgainAndIsReachedAnywhere() {
        Batches<String> batches = Batches.of(List.of("a", "b", "c"));
        assertEquals("a", batches.at(0));
        assertEquals("c", batches.at(2));
        assertEquals("b", batches.at(4));
        assertEquals("b", batches.at(1));
        assertTrue(refusal(() -> Batches.of(List.of()).at(0)).contains("no batches"));
    }
}
