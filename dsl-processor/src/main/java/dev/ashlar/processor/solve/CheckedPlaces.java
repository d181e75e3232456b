package dev.ashlar.processor.solve;

import java.util.BitSet;

/** The places of allowed joint labels in a table that has only these: how many allowed ones come before. */
final class CheckedPlaces {
    private final long[] words;
    /** By word, of the words before it. */
    private final int[] before;

    CheckedPlaces(BitSet allowed) {
        words = allowed.toLongArray();
        before = new int[words.length];
        for (int w = 1; w < words.length; w++) {
            before[w] = before[w - 1] + Long.bitCount(words[w - 1]);
        }
    }

    /** Of an allowed joint label. */
    private int of(int joint) {
        int word = joint / Long.SIZE;
        return before[word] + Long.bitCount(words[word] & (1L << joint) - 1);
    }

    /** Puts places where allowed joint labels are. */
    void put(int[] at, int rows) {
        for (int row = 0; row < rows; row++) {
            at[row] = of(at[row]);
        }
    }
}
