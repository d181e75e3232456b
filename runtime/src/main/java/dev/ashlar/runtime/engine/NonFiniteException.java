package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.AshlarException;

/** Debug mode found the first tensor that holds NaN or an infinity. */
public final class NonFiniteException extends AshlarException {
    private static final long serialVersionUID = 1L;

    NonFiniteException(String message) {
        super(message);
    }
}
