package dev.ashlar.samples.mlp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.Seed;
import dev.ashlar.samples.LabelledRows;
import org.junit.jupiter.api.Test;

class SpiralsTest {
    /** How far a point is from the spiral of its class, by the stated formula. */
    private static double distance(LabelledRows rows, int row) {
        double x = rows.value(row, 0);
        double y = rows.value(row, 1);
        double nearest = Double.POSITIVE_INFINITY;
        for (double t = 0; t <= 1; t += 0.001) {
            double radius = 0.1 + 0.9 * t;
            double angle = 8 * t + 2 * Math.PI * rows.label(row) / 3;
            nearest = Math.min(nearest, Math.hypot(x - radius * Math.cos(angle), y - radius * Math.sin(angle)));
        }
        return nearest;
    }

    @Test
    void everyPointLiesOnTheSpiralOfItsClassUpToTheNoise() {
        LabelledRows rows = Spirals.draw(900, Seed.of(7));
        int[] classes = new int[3];
        double mean = 0;
        for (int row = 0; row < rows.size(); row++) {
            classes[rows.label(row)]++;
            mean += distance(rows, row) / rows.size();
        }
        assertEquals(300, classes[0]);
        assertEquals(300, classes[1]);
        assertEquals(300, classes[2]);
        // Across the spiral the noise is normal of deviation 0.05, whose mean size is 0.05 sqrt(2 / pi).
        assertEquals(0.05 * Math.sqrt(2 / Math.PI), mean, 0.004);
    }

    @Test
    void theSeedDecidesThePoints() {
        assertEquals(
                Spirals.draw(9, Seed.of(1)).value(4, 1),
                Spirals.draw(9, Seed.of(1)).value(4, 1));
        assertNotEquals(
                Spirals.draw(9, Seed.of(1)).value(4, 1),
                Spirals.draw(9, Seed.of(2)).value(4, 1));
        assertTrue(Math.abs(Spirals.draw(9, Seed.of(1)).value(0, 0)) < 2);
    }
}
