package dev.ashlar.runtime.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A rank whose device may wait for others, with what those leave on the board. */
final class DeviceWaitTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    private static String failure(Board board, Duration limit) {
        try (Watch watch = Watch.start(board, 0, 2)) {
            DeviceWait wait = new DeviceWait(watch, limit);
            return assertThrows(PeerException.class, () -> wait.until(() -> false))
                    .getMessage();
        }
    }

    @Test
    void endsWhenTheDeviceHasDoneItsWork() {
        AtomicInteger asked = new AtomicInteger();
        try (Watch watch = Watch.start(Board.single(), 0, 2)) {
            new DeviceWait(watch, LONG).until(() -> asked.incrementAndGet() == 3);
        }
        assertEquals(3, asked.get());
    }

    @Test
    void aRankThatSaysItFailsEndsIt() {
        Board board = Board.single();
        board.post("failed", "rank 1 failed in step 2: no data");
        assertEquals("rank 1 failed in step 2: no data", failure(board, LONG));
    }

    @Test
    void aRankThatHasGoneIsNamedToAll() {
        Board board = Board.single();
        board.post("beat 1", "7;5;2;up"); // and never again
        assertEquals("rank 1 does not run any more; it was last seen in step 5 at 'up'", failure(board, LONG));
        assertTrue(board.read("failed").orElseThrow().contains("rank 1 does not run"));
    }

    @Test
    void ranksThatAreThereAreWaitedForUpToTheLimit() {
        Board board = Board.single();
        try (Watch other = Watch.start(board, 1, 2)) {
            other.step(0);
            String text = failure(board, Duration.ofSeconds(5)); // it asks once before
            assertTrue(text.startsWith("no rank is behind rank 0"), text);
            assertTrue(text.contains("the device has not ended within 5 s"), text);
        }
    }
}
