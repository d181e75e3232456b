package dev.ashlar.runtime.dist;

import dev.ashlar.runtime.AshlarException;

/** What ranks do together failed: another rank has gone, is behind, or never came. That one knows why. */
public final class PeerException extends AshlarException {
    private static final long serialVersionUID = 1L;

    /** @param message which rank, and what is known of it */
    public PeerException(String message) {
        super(message);
    }

    /**
     * @param message which rank, and what is known of it
     * @param cause what was seen of it
     */
    public PeerException(String message, Throwable cause) {
        super(message, cause);
    }
}
