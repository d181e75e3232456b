package dev.ashlar.runtime.launch;

import dev.ashlar.runtime.dist.Limits;
import dev.ashlar.runtime.dist.PeerException;
import dev.ashlar.runtime.dist.Rendezvous;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Ranks as threads of one process, connected over the loopback interface: every plan can be tried where no launcher is. They share the
 * cores; separate processes are for real work.
 */
public final class RankThreads {
    private static final Limits LIMITS = new Limits(Duration.ofSeconds(60), Duration.ofSeconds(60));

    private RankThreads() {}

    /** What one rank does. */
    @FunctionalInterface
    public interface Body<T> {
        T run(Ranks ranks) throws Exception;
    }

    /**
     * Runs one body on each rank, on a thread of its own, and waits for all.
     *
     * @return what each rank returned, in order
     * @throws ExecutionException with what the first rank threw that failed on its own account; what others threw is suppressed in it
     */
    public static <T> List<T> run(int worldSize, Body<T> body) throws ExecutionException, InterruptedException {
        Path file = temporaryFile();
        try {
            return run(worldSize, body, file);
        } finally {
            file.toFile().delete();
        }
    }

    private static Path temporaryFile() {
        try {
            return Files.createTempFile("ashlar-ranks", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> List<T> run(int worldSize, Body<T> body, Path file)
            throws ExecutionException, InterruptedException {
        List<FutureTask<T>> tasks = new ArrayList<>();
        for (int rank = 0; rank < worldSize; rank++) {
            Ranks ranks = worldSize == 1
                    ? Ranks.single()
                    : Ranks.at(Rendezvous.file(file, worldSize), rank, worldSize, LIMITS);
            Callable<T> call = () -> {
                try (ranks) {
                    return body.run(ranks);
                }
            };
            FutureTask<T> task = new FutureTask<>(call);
            tasks.add(task);
            Thread thread = new Thread(task, "rank " + rank);
            thread.setDaemon(true);
            thread.start();
        }
        return results(tasks);
    }

    private static <T> List<T> results(List<FutureTask<T>> tasks) throws ExecutionException, InterruptedException {
        List<T> results = new ArrayList<>();
        ExecutionException first = null;
        for (FutureTask<T> task : tasks) {
            try {
                results.add(task.get());
            } catch (ExecutionException e) {
                if (first == null) {
                    first = e;
                } else if (first.getCause() instanceof PeerException) {
                    e.addSuppressed(first); // that one only missed another
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
        return results;
    }
}
