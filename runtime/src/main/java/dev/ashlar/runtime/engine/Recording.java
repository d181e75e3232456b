package dev.ashlar.runtime.engine;

/** A run of kernels that was recorded once and is launched as a whole. Tensors that it reads and writes have to stay where they were. */
public interface Recording extends AutoCloseable {
    /** Gives the device all of it to do. */
    void replay();

    /** Lets go of what it holds of others, such as groups of ranks, on any thread; it may be running, and is not launched any more. */
    void abandon();

    /** Frees it and the memory that its own tensors lived in. */
    @Override
    void close();
}
