package dev.ashlar.runtime.engine;

/** Numbers that a {@link Recording} tells the host as soon as it has them, while the rest of it still runs. */
public interface Report extends AutoCloseable {
    /** Forgets the last numbers. To be called before each replay. */
    void expect();

    /**
     * Waits for the numbers of a replay.
     *
     * @throws dev.ashlar.runtime.dist.PeerException if another rank has gone or does not come in time
     */
    float[] await();

    @Override
    void close();
}
