package dev.ashlar.runtime.train;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.io.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The checkpoints of one run, {@code step-N} below one directory: the newest few are kept. */
final class CheckpointRotation {
    private static final Pattern NAME = Pattern.compile("step-(\\d{1,18})(\\.old)?");

    private final Path directory;
    private final int keep;

    CheckpointRotation(Path directory, int keep) {
        this.directory = directory;
        this.keep = keep;
    }

    /** Where the checkpoint of {@code step} is written. */
    Path path(long step) {
        return directory.resolve("step-" + step);
    }

    /** The checkpoint with the highest step. */
    Optional<Path> newest() {
        TreeMap<Long, Path> found = found();
        return found.isEmpty()
                ? Optional.empty()
                : Optional.of(found.lastEntry().getValue());
    }

    /** Deletes all but the newest. */
    void prune() {
        List<Path> old = List.copyOf(found().values());
        try {
            for (Path checkpoint : old.subList(0, Math.max(0, old.size() - keep))) {
                Checkpoint.delete(checkpoint);
            }
        } catch (IOException e) {
            throw new AshlarException(
                    "an old checkpoint in " + directory + " cannot be deleted: " + e.getMessage()
                            + "; check its owner and mode",
                    e);
        }
    }

    /** What lies beside a name with {@code .old} is the same checkpoint, stepped aside while it was replaced. */
    private TreeMap<Long, Path> found() {
        TreeMap<Long, Path> found = new TreeMap<>();
        if (!Files.isDirectory(directory)) {
            return found;
        }
        try (Stream<Path> paths = Files.list(directory)) {
            for (Path path : paths.toList()) {
                Matcher name = NAME.matcher(path.getFileName().toString());
                if (name.matches() && Files.isDirectory(path)) {
                    found.put(Long.valueOf(name.group(1)), path(Long.parseLong(name.group(1))));
                }
            }
            return found;
        } catch (IOException e) {
            throw new AshlarException(
                    "the checkpoints in " + directory + " cannot be listed: " + e.getMessage()
                            + "; check its owner and mode",
                    e);
        }
    }
}
