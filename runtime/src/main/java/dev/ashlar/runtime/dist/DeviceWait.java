package dev.ashlar.runtime.dist;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a device that may wait for another rank, and looks meanwhile whether all ranks are there. */
final class DeviceWait {
    /** How long a rank waits before it asks who has gone. */
    private static final long SUSPICION_NANOS = 3_000_000_000L;
    /** What a short wait takes is burnt; a long one is slept through. */
    private static final long SPIN_NANOS = 200_000_000L;

    private static final long NAP_NANOS = 200_000L;

    private final Watch watch;
    private final Duration limit;

    DeviceWait(Watch watch, Duration limit) {
        this.watch = watch;
        this.limit = limit;
    }

    /** @throws PeerException if a rank fails or has gone, or if it takes longer than the limit */
    void until(BooleanSupplier done) {
        long start = System.nanoTime();
        long asked = start;
        while (!done.getAsBoolean()) {
            Optional<String> alarm = watch.alarm();
            if (alarm.isPresent()) {
                throw new PeerException(alarm.get());
            }
            long now = System.nanoTime();
            if (now - start > limit.toNanos()) {
                throw new PeerException(
                        watch.explanation("the device has not ended within " + limit.toSeconds() + " s"));
            }
            if (now - asked > SUSPICION_NANOS) {
                Optional<String> lost = watch.lost();
                if (lost.isPresent()) {
                    throw new PeerException(lost.get());
                }
                asked = System.nanoTime();
            }
            if (now - start > SPIN_NANOS) {
                LockSupport.parkNanos(NAP_NANOS);
            } else {
                Thread.onSpinWait();
            }
        }
    }
}
