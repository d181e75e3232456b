package dev.ashlar.processor.plan;

/** What is claimed of a plan asks for more than the checker has: it may be right, but nobody has looked at it. */
final class ProofTooLarge extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** @param reason one sentence of the checker */
    ProofTooLarge(String reason) {
        super("the plan's certificate is not accepted: " + reason);
    }
}
