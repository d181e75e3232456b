package dev.ashlar.processor;

/** The version that is written into plans. */
final class Version {
    /** Ashlar's; the parent POM has the same, which a test compares. */
    static final String ASHLAR = "0.1.0-SNAPSHOT";

    private Version() {}
}
