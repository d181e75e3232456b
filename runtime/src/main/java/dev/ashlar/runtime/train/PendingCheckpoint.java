package dev.ashlar.runtime.train;

import dev.ashlar.runtime.AshlarException;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** A checkpoint that is being written while training goes on. */
public final class PendingCheckpoint {
    private final Path directory;
    private final FutureTask<Void> task;

    private PendingCheckpoint(Path directory, FutureTask<Void> task) {
        this.directory = directory;
        this.task = task;
    }

    static PendingCheckpoint start(Path directory, Runnable write) {
        FutureTask<Void> task = new FutureTask<>(write, null);
        Thread thread = new Thread(task, "checkpoint " + directory.getFileName());
        thread.setDaemon(true); // one that is not complete when the process ends does not count
        thread.start();
        return new PendingCheckpoint(directory, task);
    }

    /** Where it will be. */
    public Path directory() {
        return directory;
    }

    /** Whether {@link #await} returns or throws at once. */
    public boolean isDone() {
        return task.isDone();
    }

    /**
     * Waits until it is on the disk, on all ranks.
     *
     * @throws AshlarException if it could not be written; what was there before is still there
     */
    public void await() {
        try {
            task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AshlarException failure) {
                throw failure;
            }
            throw new AshlarException("the checkpoint " + directory + " cannot be written: " + e.getCause(), e);
        } catch (CancellationException e) {
            throw new AshlarException("the checkpoint " + directory + " was given up", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AshlarException("interrupted while the checkpoint " + directory + " was written", e);
        }
    }
}
