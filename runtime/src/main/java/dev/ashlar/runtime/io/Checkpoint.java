package dev.ashlar.runtime.io;

import dev.ashlar.runtime.AshlarException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A directory from which training continues bit for bit: {@code model.safetensors}, {@code optimizer.safetensors} and
 * {@code checkpoint.json}. It is written under another name and renamed when it is complete.
 */
public final class Checkpoint {
    private static final String MODEL = "model.safetensors";
    private static final String OPTIMIZER = "optimizer.safetensors";
    private static final String MANIFEST = "checkpoint.json";
    private static final String UNFINISHED = ".unfinished";
    private static final String OLD = ".old";

    private Checkpoint() {}

    /**
     * What a checkpoint says of itself.
     *
     * @param updates how many updates the parameters have seen
     * @param passes how many backward passes drew their dropout masks
     * @param seed the seed of initial values and dropout
     * @param dataPosition how many batches were read
     */
    public record Manifest(
            String model, String modelHash, String planHash, long updates, long passes, long seed, long dataPosition) {}

    /** The file of the parameters and buffers. */
    public static Path model(Path directory) {
        return directory.resolve(MODEL);
    }

    /** The file of the optimizer's state. */
    public static Path optimizer(Path directory) {
        return directory.resolve(OPTIMIZER);
    }

    /**
     * Writes a checkpoint; one that was there is replaced as a whole.
     *
     * @throws AshlarException if the directory holds something else, or cannot be written
     */
    public static void write(
            Path directory, Manifest manifest, List<Safetensors.Entry> model, List<Safetensors.Entry> optimizer) {
        Path target = directory.toAbsolutePath().normalize();
        if (Files.exists(target) && !Files.exists(target.resolve(MANIFEST))) {
            throw new AshlarException(
                    directory + " exists and is no checkpoint; give the path of a checkpoint or of nothing");
        }
        Path unfinished = target.resolveSibling(target.getFileName() + UNFINISHED);
        try {
            delete(unfinished);
            Files.createDirectories(unfinished);
            Map<String, String> metadata = Map.of("ashlar.model", manifest.model());
            Safetensors.write(unfinished.resolve(MODEL), model, metadata);
            Safetensors.write(unfinished.resolve(OPTIMIZER), optimizer, metadata);
            ManifestJson.write(unfinished.resolve(MANIFEST), manifest);
            replace(target, unfinished);
        } catch (IOException e) {
            throw FileErrors.writing(directory, e);
        }
    }

    /** A directory that is not empty cannot be replaced by one rename: the old one steps aside, and {@link #read} knows where it went. */
    private static void replace(Path target, Path unfinished) throws IOException {
        Path old = target.resolveSibling(target.getFileName() + OLD);
        if (Files.exists(target)) {
            delete(old);
            Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
        }
        Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
        delete(old);
        Path parent = target.getParent();
        if (parent != null) {
            force(parent);
        }
    }

    /** A rename is lasting only when its directory is on the disk; file systems that do not open directories need no such help. */
    private static void force(Path directory) throws IOException {
        if (System.getProperty("os.name").startsWith("Windows")) {
            return;
        }
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /**
     * Reads what a checkpoint says of itself, taking back an old one if a crash came between the two renames of its replacement.
     *
     * @throws AshlarException if there is none, or its manifest is damaged
     */
    public static Manifest read(Path directory) {
        Path target = directory.toAbsolutePath().normalize();
        Path old = target.resolveSibling(target.getFileName() + OLD);
        if (!Files.exists(target) && Files.exists(old.resolve(MANIFEST))) {
            try {
                Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                throw FileErrors.reading(directory, e);
            }
        }
        Path manifest = target.resolve(MANIFEST);
        if (!Files.exists(manifest)) {
            throw new AshlarException("there is no checkpoint in " + directory + "; give the directory that holds "
                    + MANIFEST + ", or start anew");
        }
        return ManifestJson.read(manifest);
    }

    /** Deletes a checkpoint, if it is there. */
    public static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
