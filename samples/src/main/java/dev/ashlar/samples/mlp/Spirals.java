package dev.ashlar.samples.mlp;

import dev.ashlar.runtime.Seed;
import dev.ashlar.samples.LabelledRows;
import java.util.Random;

/**
 * Three interleaved spirals, a class each. For t drawn evenly from [0, 1] and class k, the point lies at radius 0.1 + 0.9 t and angle
 * 8 t + 2 pi k / 3, and each of its two coordinates has normal noise of deviation 0.05 added.
 */
final class Spirals {
    static final int CLASSES = 3;
    private static final double INNER_RADIUS = 0.1;
    private static final double TURN = 8.0;
    private static final double NOISE = 0.05;

    private Spirals() {}

    /** Draws so many points [x, y], the classes in turn. */
    static LabelledRows draw(int count, Seed seed) {
        Random random = new Random(seed.value());
        float[] values = new float[count * 2];
        int[] labels = new int[count];
        for (int row = 0; row < count; row++) {
            int k = row % CLASSES;
            double t = random.nextDouble();
            double radius = INNER_RADIUS + (1 - INNER_RADIUS) * t;
            double angle = TURN * t + 2 * Math.PI * k / CLASSES;
            values[2 * row] = (float) (radius * Math.cos(angle) + NOISE * random.nextGaussian());
            values[2 * row + 1] = (float) (radius * Math.sin(angle) + NOISE * random.nextGaussian());
            labels[row] = k;
        }
        return new LabelledRows(2, values, labels);
    }
}
