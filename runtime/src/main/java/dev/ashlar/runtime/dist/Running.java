package dev.ashlar.runtime.dist;

/** Something that ranks do together while the program goes on. */
public interface Running {
    /**
     * Waits for its end, once.
     *
     * @throws PeerException if another rank failed or did not come in time
     */
    void await();

    /** Gives up waiting: its memory is never freed, because others may still write to it. */
    void abandon();
}
