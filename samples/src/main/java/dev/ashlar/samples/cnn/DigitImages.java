package dev.ashlar.samples.cnn;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.Seed;
import dev.ashlar.samples.LabelledRows;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.font.GlyphVector;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Digits drawn with the fonts that every Java knows, in several sizes, turned, moved, and under noise. */
final class DigitImages {
    static final int CLASSES = 10;
    private static final List<String> FAMILIES = List.of(Font.SANS_SERIF, Font.SERIF, Font.MONOSPACED);
    private static final int[] STYLES = {Font.PLAIN, Font.BOLD, Font.ITALIC};
    private static final double SMALLEST = 0.6;
    private static final double LARGEST = 1.0;
    private static final double TURN_RADIANS = 0.35;
    private static final double MOVE = 0.1;
    private static final double NOISE = 0.25;
    private static final float WHITE = 255f;

    private DigitImages() {}

    /**
     * Draws so many images [side, side] of values around 0 (ground) and 1 (ink), the digits in turn.
     *
     * @throws AshlarException if this machine has no fonts
     */
    static LabelledRows draw(int count, int side, Seed seed) {
        Random random = new Random(seed.value());
        float[] values = new float[count * side * side];
        int[] labels = new int[count];
        requireFonts();
        for (int row = 0; row < count; row++) {
            labels[row] = row % CLASSES;
            copy(image(labels[row], side, random), random, values, row * side * side);
        }
        return new LabelledRows(side * side, values, labels);
    }

    private static void requireFonts() {
        try {
            for (String family : FAMILIES) {
                if (new Font(family, Font.PLAIN, 1).canDisplayUpTo("0123456789") >= 0) {
                    throw noFonts(null);
                }
            }
        } catch (InternalError | LinkageError | RuntimeException e) {
            // Without fontconfig or libfreetype; which of them differs by release.
            throw noFonts(e);
        } catch (Error e) {
            // A JDK without any font throws an Error that is of no more special class.
            if (e.getClass() != Error.class) {
                throw e;
            }
            throw noFonts(e);
        }
    }

    private static AshlarException noFonts(@Nullable Throwable cause) {
        return new AshlarException(
                "digits cannot be drawn, since Java finds no fonts on this machine; install the packages fontconfig and"
                        + " fonts-dejavu-core (and libfreetype6)",
                cause);
    }

    private static BufferedImage image(int digit, int side, Random random) {
        String family = FAMILIES.get(random.nextInt(FAMILIES.size()));
        int style = STYLES[random.nextInt(STYLES.length)];
        double size = side * between(SMALLEST, LARGEST, random);
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setColor(Color.WHITE);
        Font font = new Font(family, style, 1).deriveFont((float) size);
        GlyphVector glyph = font.createGlyphVector(graphics.getFontRenderContext(), Integer.toString(digit));
        Rectangle2D bounds = glyph.getVisualBounds();
        AffineTransform place = new AffineTransform();
        place.translate(side * (0.5 + between(-MOVE, MOVE, random)), side * (0.5 + between(-MOVE, MOVE, random)));
        place.rotate(between(-TURN_RADIANS, TURN_RADIANS, random));
        place.translate(-bounds.getCenterX(), -bounds.getCenterY());
        graphics.fill(place.createTransformedShape(glyph.getOutline()));
        graphics.dispose();
        return image;
    }

    private static void copy(BufferedImage image, Random random, float[] values, int offset) {
        int side = image.getWidth();
        for (int i = 0; i < side * side; i++) {
            float ink = image.getRaster().getSample(i % side, i / side, 0) / WHITE;
            values[offset + i] = ink + (float) (NOISE * random.nextGaussian());
        }
    }

    private static double between(double low, double high, Random random) {
        return low + (high - low) * random.nextDouble();
    }
}
