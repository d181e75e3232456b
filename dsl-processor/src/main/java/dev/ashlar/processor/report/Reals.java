package dev.ashlar.processor.report;

import java.math.BigDecimal;
import java.math.MathContext;

/** Real numbers as text. */
final class Reals {
    /** Digits that tell any two doubles apart. */
    private static final int DIGITS = 17;

    private Reals() {}

    /** The shortest decimal that reads back as the same number; {@code Double.toString} differs between JDK 18 and 19. */
    static String text(double value) {
        BigDecimal exact = new BigDecimal(value);
        // With more digits a decimal is no further away.
        int few = 1;
        int enough = DIGITS;
        while (few < enough) {
            int digits = (few + enough) / 2;
            if (exact.round(new MathContext(digits)).doubleValue() == value) {
                enough = digits;
            } else {
                few = digits + 1;
            }
        }
        return plain(exact.round(new MathContext(enough)));
    }

    private static String plain(BigDecimal value) {
        BigDecimal stripped = value.stripTrailingZeros();
        return Math.abs(stripped.precision() - stripped.scale()) < DIGITS
                ? stripped.toPlainString()
                : stripped.toString();
    }
}
