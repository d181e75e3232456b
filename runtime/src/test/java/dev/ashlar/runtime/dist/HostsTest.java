package dev.ashlar.runtime.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Ranks that tell each other where they run. */
final class HostsTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    @Test
    void ranksOfOneHostFindThatOut() {
        Board board = Board.single();
        CompletableFuture<Boolean> other =
                CompletableFuture.supplyAsync(() -> Hosts.isOne(board, "mesh 1, ", 1, 2, LONG));
        assertTrue(Hosts.isOne(board, "mesh 1, ", 0, 2, LONG));
        assertTrue(other.join());
    }

    @Test
    void oneElsewhereIsEnough() {
        Board board = Board.single();
        board.post("mesh 1, host of 1", "another host");
        assertFalse(Hosts.isOne(board, "mesh 1, ", 0, 2, LONG));
    }

    @Test
    void aRankThatDoesNotComeIsNamed() {
        PeerException failure = assertThrows(
                PeerException.class, () -> Hosts.isOne(Board.single(), "mesh 1, ", 0, 2, Duration.ofMillis(20)));
        assertEquals(
                "rank 1 did not come within 0 s to say where it runs; check whether it was started",
                failure.getMessage());
    }
}
