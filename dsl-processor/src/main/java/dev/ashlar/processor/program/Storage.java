package dev.ashlar.processor.program;

/** A piece of memory that one or several handles refer to. */
final class Storage {
    /**
     * What a piece of memory is for.
     *
     * @param path of the block that makes it, {@code "body[3]."}; empty for the model
     * @param group the same with {@code [*]} for the repetition
     * @param operator name of what makes it, in its scope
     * @param tensor its own name there
     * @param where the place of its operator, in words
     */
    record Maker(String path, String group, String operator, String tensor, String where) {}

    private final long bytes;
    private Maker maker;
    private int handles = 1;

    Storage(long bytes, Maker maker) {
        this.bytes = bytes;
        this.maker = maker;
    }

    long bytes() {
        return bytes;
    }

    Maker maker() {
        return maker;
    }

    void become(Maker other) {
        maker = other;
    }

    /** Another handle on it. */
    Storage share() {
        if (handles == 0) {
            throw new IllegalStateException(maker + " is used after it was freed");
        }
        handles++;
        return this;
    }

    /** Closes a handle; whether it was the last. */
    boolean close() {
        if (handles == 0) {
            throw new IllegalStateException(maker + " is freed twice");
        }
        handles--;
        return handles == 0;
    }
}
