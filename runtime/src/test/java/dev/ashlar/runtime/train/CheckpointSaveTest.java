package dev.ashlar.runtime.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.dist.Board;
import dev.ashlar.runtime.dist.PeerException;
import dev.ashlar.runtime.io.Checkpoint;
import dev.ashlar.runtime.io.CheckpointWriter;
import dev.ashlar.runtime.io.Safetensors;
import dev.ashlar.runtime.io.TensorFiles;
import dev.ashlar.runtime.io.TensorPart;
import dev.ashlar.runtime.launch.RankThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ranks write one checkpoint together, or none. */
class CheckpointSaveTest {
    private static final int RANKS = 3;

    @TempDir
    private Path directory;

    private final AtomicInteger committed = new AtomicInteger();

    private static TensorPart part(int rank, Supplier<HostTensor> data) {
        Safetensors.Entry entry = new Safetensors.Entry("x", DType.FLOAT32, List.of(1L), data);
        return new TensorPart(entry, List.of((long) rank), List.of((long) RANKS));
    }

    /** @param missing a rank that does not take part */
    private String save(int rank, Board board, Path target, int value, int failing, int missing) {
        if (rank == missing) {
            return "";
        }
        List<TensorPart> parts = List.of(part(rank, () -> {
            if (rank == failing) {
                throw new AshlarException("no space is left on the disk");
            }
            return HostTensor.of(new float[] {value + rank}, 1);
        }));
        CheckpointSave save = new CheckpointSave(
                CheckpointWriter.to(target),
                new Checkpoint.Manifest("M", "m", "p", value, 0, 0, 0, RANKS),
                parts,
                List.of(),
                rank,
                board,
                "checkpoint " + value,
                Duration.ofMillis(missing >= 0 ? 300 : 30_000),
                committed::incrementAndGet);
        PendingCheckpoint pending = PendingCheckpoint.start(target, save);
        if (failing < 0 && missing < 0) {
            pending.await();
            return "";
        }
        AshlarException failure = assertThrows(AshlarException.class, pending::await);
        return (failure instanceof PeerException ? "peer " : "own ") + failure.getMessage();
    }

    private static float[] values(Path target) {
        Checkpoint.Manifest manifest = Checkpoint.read(target);
        try (TensorFiles files = TensorFiles.open(Checkpoint.models(target, manifest))) {
            return files.read("x").floats();
        }
    }

    @Test
    void aCheckpointIsWholeOrThatBeforeItIs() throws Exception {
        Path target = directory.resolve("step-1");
        List<List<String>> said = RankThreads.run(RANKS, ranks -> {
            Board board = ranks.board();
            save(ranks.rank(), board, target, 10, -1, -1);
            String full = save(ranks.rank(), board, target, 20, 1, -1);
            return List.of(full, save(ranks.rank(), board, target, 30, -1, 2));
        });
        for (int rank = 0; rank < RANKS; rank++) {
            String full = said.get(rank).get(0);
            assertTrue(
                    rank == 1
                            ? full.equals("own no space is left on the disk")
                            : full.startsWith("peer") && full.contains("rank 1: no space is left on the disk"),
                    full);
        }
        assertTrue(said.get(0).get(1).startsWith("peer"), said.toString());
        assertEquals(10, values(target)[0]);
        assertEquals(12, values(target)[2]);
        assertEquals(1, committed.get());
        assertEquals(List.of(target), files());
    }

    private List<Path> files() throws IOException {
        try (var paths = Files.list(directory)) {
            return paths.toList();
        }
    }
}
