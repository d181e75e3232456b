package dev.ashlar.processor.diagnostic;

/** Stops the reading of one thing the user wrote; whoever can go on with the rest catches and reports it. */
public final class ModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Code code;
    private final transient Source source;

    /** An error with the place it is to be reported on. */
    public ModelException(Code code, Source source, String message) {
        super(message, null, false, false);
        this.code = code;
        this.source = source;
    }

    /** The code. */
    public Code code() {
        return code;
    }

    /** The place. */
    public Source source() {
        return source;
    }
}
