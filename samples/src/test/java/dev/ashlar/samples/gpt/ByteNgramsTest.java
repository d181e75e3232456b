package dev.ashlar.samples.gpt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.io.ByteText;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ByteNgramsTest {
    private static ByteText random(int bytes, int letters, long seed) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < bytes; i++) {
            text.append((char) ('a' + random.nextInt(letters)));
        }
        return ByteText.of(text.toString());
    }

    @Test
    void theProbabilitiesOfAllBytesSumToOneInEveryContext() {
        ByteNgrams counts = ByteNgrams.of(random(500, 5, 1));
        int[][] contexts = {{'a', 'b'}, {'e', 'e'}, {'z', 'a'}, {'a', 'z'}, {0, 255}};
        for (int[] context : contexts) {
            double sum = 0;
            for (int c = 0; c < 256; c++) {
                sum += counts.trigram(context[0], context[1], c);
            }
            assertEquals(1, sum, 1e-12);
        }
    }

    @Test
    void theCountsAreMixedAsWittenAndBellDo() {
        ByteNgrams counts = ByteNgrams.of(ByteText.of("abcabd"));
        double c = (1 + 1.0) / (6 + 256); // one c in six bytes, one added
        double afterB = (1 + 2 * c) / (2 + 2); // after b: c once, d once
        double afterAb = (1 + 2 * afterB) / (2 + 2); // after ab the same
        assertEquals(c, counts.unigram('c'), 1e-15);
        assertEquals(afterB, counts.bigram('b', 'c'), 1e-15);
        assertEquals(afterAb, counts.trigram('a', 'b', 'c'), 1e-15);
    }

    @Test
    void aTextWithoutStructureCostsItsEntropy() {
        ByteNgrams counts = ByteNgrams.of(random(200_000, 4, 2));
        ByteText other = random(20_000, 4, 3);
        assertEquals(Math.log(4), counts.unigramLoss(other, other.size()), 0.01);
        assertEquals(Math.log(4), counts.trigramLoss(other, other.size()), 0.01);
    }

    @Test
    void trigramsSeeWhatSingleBytesDoNot() {
        ByteText text = ByteText.of("abcd".repeat(2000));
        ByteNgrams counts = ByteNgrams.of(text);
        assertTrue(counts.unigramLoss(text, text.size()) > 1.3);
        assertTrue(counts.trigramLoss(text, text.size()) < 0.01);
    }
}
