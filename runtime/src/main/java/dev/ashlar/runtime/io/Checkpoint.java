package dev.ashlar.runtime.io;

import dev.ashlar.runtime.AshlarException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A directory from which training continues: {@code checkpoint.json} and safetensors files of the parameters and of the optimizer's state,
 * {@code model.safetensors} of one rank or {@code model-00001-of-00004.safetensors} of the first of four, each with the parts that its rank
 * owns. {@link CheckpointWriter} writes it under another name and renames it when it is complete.
 */
public final class Checkpoint {
    static final String MANIFEST = "checkpoint.json";
    static final String OLD = ".old";
    private static final String MODEL = "model";
    private static final String OPTIMIZER = "optimizer";

    private Checkpoint() {}

    /**
     * What a checkpoint says of itself.
     *
     * @param updates how many updates the parameters have seen
     * @param passes how many backward passes drew their dropout masks
     * @param seed the seed of initial values and dropout
     * @param dataPosition how many batches were read
     * @param ranks how many have written it
     */
    public record Manifest(
            String model,
            String modelHash,
            String planHash,
            long updates,
            long passes,
            long seed,
            long dataPosition,
            int ranks) {}

    /** The file of the parameters and buffers that one rank owns. */
    public static Path model(Path directory, int rank, int ranks) {
        return file(directory, MODEL, rank, ranks);
    }

    /** The file of the optimizer's state that one rank owns. */
    public static Path optimizer(Path directory, int rank, int ranks) {
        return file(directory, OPTIMIZER, rank, ranks);
    }

    private static Path file(Path directory, String kind, int rank, int ranks) {
        String which = ranks == 1 ? "" : String.format("-%05d-of-%05d", rank + 1, ranks);
        return directory.resolve(kind + which + ".safetensors");
    }

    /** All files of the parameters and buffers, in order of the ranks. */
    public static List<Path> models(Path directory, Manifest manifest) {
        int ranks = manifest.ranks();
        return IntStream.range(0, ranks)
                .mapToObj(rank -> model(directory, rank, ranks))
                .toList();
    }

    /** All files of the optimizer's state, in order of the ranks. */
    public static List<Path> optimizers(Path directory, Manifest manifest) {
        int ranks = manifest.ranks();
        return IntStream.range(0, ranks)
                .mapToObj(rank -> optimizer(directory, rank, ranks))
                .toList();
    }

    /**
     * Reads what a checkpoint says of itself, taking back an old one if a crash came between the two renames of its replacement.
     *
     * @throws AshlarException if there is none, or its manifest is damaged
     */
    public static Manifest read(Path directory) {
        Path target = directory.toAbsolutePath().normalize();
        takeBack(target);
        Path manifest = target.resolve(MANIFEST);
        if (!Files.exists(manifest)) {
            throw new AshlarException("there is no checkpoint in " + directory + "; give the directory that holds "
                    + MANIFEST + ", or start anew");
        }
        return ManifestJson.read(manifest);
    }

    private static void takeBack(Path target) {
        Path old = target.resolveSibling(target.getFileName() + OLD);
        if (!Files.exists(target) && Files.exists(old.resolve(MANIFEST))) {
            try {
                Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (NoSuchFileException e) {
                if (!Files.exists(target)) { // else another rank has done it
                    throw FileErrors.reading(target, e);
                }
            } catch (IOException e) {
                throw FileErrors.reading(target, e);
            }
        }
    }

    /** Deletes a checkpoint, if it is there. */
    public static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        // without its manifest it is none, however far this gets
        Files.deleteIfExists(directory.resolve(MANIFEST));
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
