package dev.ashlar.processor.device;

import dev.ashlar.processor.diagnostic.Caret;
import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.ModelException;
import dev.ashlar.processor.diagnostic.Source;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Amounts of memory as people write them. */
public final class Memory {
    private static final Map<String, Long> UNITS = units();
    private static final BigDecimal LARGEST = BigDecimal.valueOf(Long.MAX_VALUE);
    private static final String[] BINARY = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private Memory() {}

    private static Map<String, Long> units() {
        Map<String, Long> units = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        String[] prefixes = {"", "K", "M", "G", "T"};
        long decimal = 1;
        long binary = 1;
        for (String prefix : prefixes) {
            units.put(prefix + "B", decimal);
            if (!prefix.isEmpty()) {
                units.put(prefix + "iB", binary);
            }
            decimal *= 1000;
            binary *= 1024;
        }
        return java.util.Collections.unmodifiableMap(units);
    }

    /**
     * Bytes of {@code "20GiB"}, {@code "800 MB"} or {@code "1.5 TiB"}; part of a byte is left out.
     *
     * @param source where the user wrote it
     * @throws ModelException if it cannot be read or is less than a byte
     */
    public static long parse(String text, Source source) {
        int start = skipBlanks(text, 0);
        int end = start;
        while (end < text.length() && (isDigit(text.charAt(end)) || text.charAt(end) == '.')) {
            end++;
        }
        BigDecimal number = number(text, start, end, source);
        int unitStart = skipBlanks(text, end);
        Long factor = UNITS.get(text.substring(unitStart).strip());
        if (factor == null) {
            String unit = text.substring(unitStart).strip();
            throw bad(text, unitStart, unit.isEmpty() ? "has no unit" : "has the unknown unit '" + unit + "'", source);
        }
        BigDecimal bytes = number.multiply(BigDecimal.valueOf(factor)).setScale(0, RoundingMode.DOWN);
        if (bytes.signum() <= 0 || bytes.compareTo(LARGEST) > 0) {
            throw bad(
                    text, start, bytes.signum() <= 0 ? "is less than one byte" : "is more than fits a number", source);
        }
        return bytes.longValueExact();
    }

    private static BigDecimal number(String text, int start, int end, Source source) {
        String digits = text.substring(start, end);
        if (digits.isEmpty()) {
            throw bad(text, start, "does not begin with a number", source);
        }
        int point = digits.indexOf('.');
        int second = point < 0 ? -1 : digits.indexOf('.', point + 1);
        if (second >= 0 || digits.equals(".")) {
            throw bad(text, start + Math.max(second, 0), "has no proper number", source);
        }
        return new BigDecimal(digits);
    }

    private static int skipBlanks(String text, int from) {
        int at = from;
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static ModelException bad(String text, int offset, String problem, Source source) {
        return new ModelException(
                Code.BAD_MEMORY,
                source,
                "The memory \"" + text + "\" " + problem
                        + ". Write a number and a unit (B, KB, MB, GB, TB, KiB, MiB, GiB, TiB), such as \"20GiB\","
                        + " \"800 MB\" or \"1.5 TiB\"." + Caret.under(text, offset));
    }

    /** The amount in the largest binary unit that leaves at least 1: {@code "7.5 GiB"}, {@code "312 B"}. */
    public static String text(long bytes) {
        int unit = 0;
        long limit = 1024;
        while (unit + 1 < BINARY.length && bytes >= limit) {
            unit++;
            limit = unit + 1 < BINARY.length ? limit << 10 : Long.MAX_VALUE;
        }
        if (unit == 0) {
            return bytes + " B";
        }
        BigDecimal amount =
                BigDecimal.valueOf(bytes).divide(BigDecimal.valueOf(1L << (10 * unit)), 1, RoundingMode.HALF_UP);
        return String.format(Locale.ROOT, "%s %s", amount, BINARY[unit]);
    }
}
