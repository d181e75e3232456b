package dev.ashlar.runtime.engine;

/** A run of kernels that was recorded once and is launched as a whole. Tensors that it reads and writes have to stay where they were. */
public interface Recording extends AutoCloseable {
    /** Gives the device all of it to do. */
    void replay();

    /** Frees it and the memory that its own tensors lived in. */
    @Override
    void close();
}
