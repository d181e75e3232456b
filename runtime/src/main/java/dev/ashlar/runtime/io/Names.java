package dev.ashlar.runtime.io;

import java.util.Collection;
import java.util.Comparator;

/** Finds the name that was probably meant. */
final class Names {
    private Names() {}

    /** {@code "; did you mean 'x'?"}, or an empty string if nothing is near. */
    static String didYouMean(String name, Collection<String> candidates) {
        return candidates.stream()
                .min(Comparator.comparingInt((String c) -> distance(name, c)).thenComparing(c -> c))
                .filter(c -> distance(name, c) <= Math.max(2, name.length() / 2))
                .map(c -> "; did you mean '" + c + "'?")
                .orElse("");
    }

    /** Levenshtein's distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
