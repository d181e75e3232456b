package dev.ashlar.runtime.dist;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Notes that the ranks of one plan leave each other, beside their collectives: short texts by key. Any thread may read and write; nobody
 * waits inside the store, which serves one call of a process at a time.
 */
public final class Board {
    private static final long POLL_MILLIS = 5;

    private final @Nullable Rendezvous rendezvous;
    private final String prefix;
    private final Map<String, String> own = new ConcurrentHashMap<>();

    private Board(@Nullable Rendezvous rendezvous, String prefix) {
        this.rendezvous = rendezvous;
        this.prefix = prefix;
    }

    /** The board of a rank that is alone. */
    public static Board single() {
        return new Board(null, "");
    }

    /** @param name the same on all ranks, and no other board's */
    public static Board of(Rendezvous rendezvous, String name) {
        return new Board(rendezvous, name + ": ");
    }

    /** Leaves a note; a later one replaces it. */
    public void post(String key, String text) {
        Rendezvous shared = rendezvous;
        if (shared == null) {
            own.put(key, text);
        } else {
            shared.set(prefix + key, text);
        }
    }

    /** What stands there now. */
    public Optional<String> read(String key) {
        Rendezvous shared = rendezvous;
        return shared == null ? Optional.ofNullable(own.get(key)) : shared.find(prefix + key);
    }

    /**
     * Waits for any of several notes.
     *
     * @return the first key, in their order, that has one
     * @throws TimeoutException if none has within the time
     */
    public String await(List<String> keys, Duration timeout) throws TimeoutException {
        long end = System.nanoTime() + timeout.toNanos();
        while (true) {
            for (String key : keys) {
                if (read(key).isPresent()) {
                    return key;
                }
            }
            if (System.nanoTime() - end > 0) {
                throw new TimeoutException("no rank said any of " + keys);
            }
            pause();
        }
    }

    static void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PeerException("this thread was interrupted while it waited for other ranks");
        }
    }
}
