package dev.ashlar.runtime.dist;

import java.time.Duration;

/**
 * How long ranks wait for each other.
 *
 * @param start for all to come together
 * @param step for the others in one collective
 */
public record Limits(Duration start, Duration step) {
    /** Two minutes to start, ten for a collective. */
    public static Limits defaults() {
        return new Limits(Duration.ofMinutes(2), Duration.ofMinutes(10));
    }
}
