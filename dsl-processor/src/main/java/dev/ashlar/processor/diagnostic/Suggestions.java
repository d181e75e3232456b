package dev.ashlar.processor.diagnostic;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds what a misspelt name was meant to be. */
public final class Suggestions {
    private Suggestions() {}

    /**
     * Text to put at the end of a message: {@code " Did you mean 'x'?"}, or nothing where no candidate is near. Of equally near
     * candidates the first in alphabetical order is named, so that the message does not depend on their order.
     */
    public static String didYouMean(String wrong, Collection<String> candidates) {
        return nearest(wrong, candidates).map(c -> " Did you mean '" + c + "'?").orElse("");
    }

    private static Optional<String> nearest(String wrong, Collection<String> candidates) {
        // A third of the letters may differ: more, and short names would match anything.
        return candidates.stream()
                .filter(c -> !c.equals(wrong) && distance(wrong, c) <= Math.max(wrong.length(), c.length()) / 3)
                .min(Comparator.<String>comparingInt(c -> distance(wrong, c)).thenComparing(Comparator.naturalOrder()));
    }

    /** Insertions, deletions, replacements and swaps of neighbours, without regard to case. */
    private static int distance(String first, String second) {
        String a = first.toLowerCase(Locale.ROOT);
        String b = second.toLowerCase(Locale.ROOT);
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                d[i][j] = i == 0 || j == 0 ? i + j : step(d, a, b, i, j);
            }
        }
        return d[a.length()][b.length()];
    }

    private static int step(int[][] d, String a, String b, int i, int j) {
        int replaced = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int best = Math.min(replaced, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(best, d[i - 2][j - 2] + 1) : best;
    }
}
