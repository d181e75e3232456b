package dev.ashlar.runtime;

import org.jspecify.annotations.Nullable;

/** A user's mistake or a failure, told in one clear sentence with a next step. Mains print the message alone and exit with code 2. */
public class AshlarException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message one sentence that says what is wrong and what to do next */
    public AshlarException(String message) {
        super(message);
    }

    /**
     * @param message one sentence that says what is wrong and what to do next
     * @param cause what led to it, kept for debuggers
     */
    public AshlarException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
