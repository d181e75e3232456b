package dev.ashlar.samples.cnn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.Seed;
import dev.ashlar.samples.LabelledRows;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class DigitImagesTest {
    private static final int SIDE = 20;

    private static float[] values(LabelledRows rows) {
        float[] values = new float[rows.size() * rows.width()];
        for (int i = 0; i < values.length; i++) {
            values[i] = rows.value(i / rows.width(), i % rows.width());
        }
        return values;
    }

    @Test
    void everyDigitIsDrawnWithInkInside() {
        LabelledRows rows = DigitImages.draw(500, SIDE, Seed.of(3));
        int[] classes = new int[10];
        for (int row = 0; row < rows.size(); row++) {
            classes[rows.label(row)]++;
            float ink = 0;
            for (int i = 0; i < rows.width(); i++) {
                ink += rows.value(row, i);
            }
            // Noise has mean 0: what remains is the glyph, which covers a few to some forty in a hundred pixels.
            assertTrue(ink > 0.01 * rows.width() && ink < 0.5 * rows.width(), "row " + row + " has ink " + ink);
        }
        int[] even = new int[10];
        Arrays.fill(even, 50);
        assertArrayEquals(even, classes);
    }

    @Test
    void imagesOfOneDigitAreAlikeInNothingButTheDigit() {
        LabelledRows rows = DigitImages.draw(40, SIDE, Seed.of(3));
        assertFalse(rows.value(1, 100) == rows.value(11, 100));
    }

    @Test
    void theNoiseIsNormalAroundTheGround() {
        LabelledRows rows = DigitImages.draw(4000, SIDE, Seed.of(3));
        double sum = 0;
        double squares = 0;
        for (int row = 0; row < rows.size(); row++) {
            double corner = rows.value(row, 0); // too far from the middle for any digit
            sum += corner;
            squares += corner * corner;
        }
        assertEquals(0, sum / rows.size(), 0.02);
        assertEquals(0.25, Math.sqrt(squares / rows.size()), 0.02);
    }

    @Test
    void theSeedDecidesTheImages() {
        assertArrayEquals(
                values(DigitImages.draw(20, SIDE, Seed.of(3))), values(DigitImages.draw(20, SIDE, Seed.of(3))));
        assertFalse(Arrays.equals(
                values(DigitImages.draw(20, SIDE, Seed.of(3))), values(DigitImages.draw(20, SIDE, Seed.of(4)))));
        assertEquals(SIDE * SIDE, DigitImages.draw(1, SIDE, Seed.of(3)).width());
    }
}
