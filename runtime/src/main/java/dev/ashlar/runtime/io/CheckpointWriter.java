package dev.ashlar.runtime.io;

import dev.ashlar.runtime.AshlarException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes a {@link Checkpoint}: one rank begins, every rank writes what it owns, and when all have, one completes it. Until then what was
 * there before stays, and what is there of the new one does not count.
 */
public final class CheckpointWriter {
    private static final String UNFINISHED = ".unfinished";

    private final Path directory;
    private final Path target;
    private final Path unfinished;

    private CheckpointWriter(Path directory) {
        this.directory = directory;
        this.target = directory.toAbsolutePath().normalize();
        this.unfinished = target.resolveSibling(target.getFileName() + UNFINISHED);
    }

    /** A writer of a checkpoint in this directory. */
    public static CheckpointWriter to(Path directory) {
        return new CheckpointWriter(directory);
    }

    /**
     * Makes room, once for all ranks.
     *
     * @throws AshlarException if the directory holds something else, or cannot be written
     */
    public void begin() {
        if (Files.exists(target) && !Files.exists(target.resolve(Checkpoint.MANIFEST))) {
            throw new AshlarException(
                    directory + " exists and is no checkpoint; give the path of a checkpoint or of nothing");
        }
        try {
            Checkpoint.delete(unfinished);
            Files.createDirectories(unfinished);
        } catch (IOException e) {
            throw FileErrors.writing(directory, e);
        }
    }

    /**
     * Writes what one rank owns; on the disk when this returns.
     *
     * @param model the name of the model
     * @throws AshlarException if it cannot be written
     */
    public void write(int rank, int ranks, String model, List<TensorPart> parameters, List<TensorPart> state) {
        write(Checkpoint.model(unfinished, rank, ranks), model, parameters);
        write(Checkpoint.optimizer(unfinished, rank, ranks), model, state);
    }

    private static void write(Path file, String model, List<TensorPart> parts) {
        Map<String, String> metadata = new TreeMap<>(Map.of("ashlar.model", model));
        for (TensorPart part : parts) {
            if (!part.isWhole()) {
                metadata.put(TensorPart.key(part.entry().name()), part.place());
            }
        }
        Safetensors.write(file, parts.stream().map(TensorPart::entry).toList(), metadata);
    }

    /**
     * Makes it the checkpoint, once for all ranks.
     *
     * @throws AshlarException if it cannot be written
     */
    public void complete(Checkpoint.Manifest manifest) {
        ManifestJson.write(unfinished.resolve(Checkpoint.MANIFEST), manifest);
        try {
            WholeFiles.forceDirectory(unfinished);
            replace();
        } catch (IOException e) {
            throw FileErrors.writing(directory, e);
        }
    }

    /** A directory that is not empty cannot be replaced by one rename: the old one steps aside, and {@link Checkpoint#read} knows where it went. */
    private void replace() throws IOException {
        Path old = target.resolveSibling(target.getFileName() + Checkpoint.OLD);
        if (Files.exists(target)) {
            Checkpoint.delete(old);
            Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
        }
        Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
        Checkpoint.delete(old);
        Path parent = target.getParent();
        if (parent != null) {
            WholeFiles.forceDirectory(parent);
        }
    }

    /** Forgets what was written, so that a full disk has its space back. */
    public void discard() {
        try {
            Checkpoint.delete(unfinished);
        } catch (IOException e) {
            throw FileErrors.writing(unfinished, e);
        }
    }
}
