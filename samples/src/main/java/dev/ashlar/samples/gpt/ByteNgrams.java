package dev.ashlar.samples.gpt;

import dev.ashlar.runtime.io.ByteText;

/**
 * What a model without any learning by gradient can do: it counts how often a byte follows the one or two before it. Orders are mixed as
 * Witten and Bell (1991) do: a context that was seen n times with t different followers trusts its own counts with weight n / (n + t) and
 * the next shorter context with the rest. Single bytes have one added to their counts.
 */
final class ByteNgrams {
    private static final int BYTES = 256;

    private final int total;
    private final int[] single = new int[BYTES];
    private final int[] pair = new int[BYTES * BYTES];
    private final int[] triple = new int[BYTES * BYTES * BYTES];
    private final int[] afterOne = new int[BYTES];
    private final int[] afterTwo = new int[BYTES * BYTES];
    private final int[] followersOfOne = new int[BYTES];
    private final int[] followersOfTwo = new int[BYTES * BYTES];

    private ByteNgrams(ByteText text) {
        this.total = text.size();
        for (int i = 0; i < total; i++) {
            int c = text.at(i);
            single[c]++;
            if (i >= 1) {
                int b = text.at(i - 1);
                afterOne[b]++;
                followersOfOne[b] += pair[b * BYTES + c]++ == 0 ? 1 : 0;
            }
            if (i >= 2) {
                int ab = text.at(i - 2) * BYTES + text.at(i - 1);
                afterTwo[ab]++;
                followersOfTwo[ab] += triple[ab * BYTES + c]++ == 0 ? 1 : 0;
            }
        }
    }

    /** Counts a text's bytes, pairs and triples. */
    static ByteNgrams of(ByteText text) {
        return new ByteNgrams(text);
    }

    /** The mean of -ln p(byte) over bytes 2 to {@code end} (exclusive) of a text, in nats a byte. */
    double unigramLoss(ByteText text, int end) {
        double sum = 0;
        for (int i = 2; i < end; i++) {
            sum -= Math.log(unigram(text.at(i)));
        }
        return sum / (end - 2);
    }

    /** The mean of -ln p(byte | the two before it) over bytes 2 to {@code end} (exclusive) of a text, in nats a byte. */
    double trigramLoss(ByteText text, int end) {
        double sum = 0;
        for (int i = 2; i < end; i++) {
            sum -= Math.log(trigram(text.at(i - 2), text.at(i - 1), text.at(i)));
        }
        return sum / (end - 2);
    }

    double unigram(int c) {
        return (single[c] + 1.0) / (total + BYTES);
    }

    double bigram(int b, int c) {
        double shorter = unigram(c);
        return mixed(pair[b * BYTES + c], afterOne[b], followersOfOne[b], shorter);
    }

    double trigram(int a, int b, int c) {
        int ab = a * BYTES + b;
        return mixed(triple[ab * BYTES + c], afterTwo[ab], followersOfTwo[ab], bigram(b, c));
    }

    private static double mixed(int count, int seen, int followers, double shorter) {
        return seen == 0 ? shorter : (count + followers * shorter) / (seen + followers);
    }
}
