package dev.ashlar.runtime.calibrate;

/**
 * The transformer whose operators are measured.
 *
 * @param batch sequences
 * @param length of one
 * @param width of the residual stream
 * @param heads of attention
 * @param vocabulary classes of the loss
 */
record ProbeSizes(long batch, long length, long width, long heads, long vocabulary) {
    /** GPT-2 small, as it is trained on one accelerator. */
    static final ProbeSizes ACCELERATOR = new ProbeSizes(16, 1024, 768, 12, 50304);

    /** A hundredth of it. */
    static final ProbeSizes HOST = new ProbeSizes(4, 256, 256, 4, 4096);

    /** As many tokens of the same width in sequences of another length, with other heads. */
    ProbeSizes withAttention(long otherLength, long headSize) {
        return new ProbeSizes(tokens() / otherLength, otherLength, width, width / headSize, vocabulary);
    }

    long tokens() {
        return batch * length;
    }

    long elements() {
        return tokens() * width;
    }

    long headSize() {
        return width / heads;
    }
}
