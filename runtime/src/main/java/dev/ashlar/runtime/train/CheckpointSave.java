package dev.ashlar.runtime.train;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.dist.Board;
import dev.ashlar.runtime.dist.PeerException;
import dev.ashlar.runtime.io.Checkpoint;
import dev.ashlar.runtime.io.CheckpointWriter;
import dev.ashlar.runtime.io.TensorPart;
import java.time.Duration;
import java.util.List;

/**
 * One rank's part in writing a checkpoint. Rank 0 makes room, every rank writes what it owns, and when all have, rank 0 completes it. A rank
 * that fails says so to the others.
 *
 * @param name of the checkpoint on the board
 * @param patience for other ranks
 * @param committed what rank 0 does when it is complete
 */
record CheckpointSave(
        CheckpointWriter writer,
        Checkpoint.Manifest manifest,
        List<TensorPart> parameters,
        List<TensorPart> state,
        int rank,
        Board board,
        String name,
        Duration patience,
        Runnable committed)
        implements Runnable {
    /** How long rank 0 lets others finish a file of a checkpoint that is given up. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    @Override
    public void run() {
        try {
            begin();
            writer.write(rank, manifest.ranks(), manifest.model(), parameters, state);
            board.post(key("written by " + rank), "");
            complete();
        } catch (AshlarException e) {
            throw givenUp(e);
        }
    }

    private void begin() {
        if (rank == 0) {
            writer.begin();
            board.post(key("begun"), "");
        } else {
            await("begun");
        }
    }

    private void complete() {
        if (rank > 0) {
            await("complete");
            return;
        }
        for (int other = 1; other < manifest.ranks(); other++) {
            await("written by " + other);
        }
        writer.complete(manifest);
        committed.run();
        board.post(key("complete"), "");
    }

    private void await(String what) {
        String said = board.await(List.of(failed(), key(what)), patience);
        if (said.equals(failed())) {
            throw peers();
        }
    }

    private PeerException peers() {
        return new PeerException(
                "the checkpoint was given up by " + board.read(failed()).orElse("another rank"));
    }

    /** The first that fails tells the others; when all have left, rank 0 frees the space. */
    private AshlarException givenUp(AshlarException failure) {
        AshlarException told = failure;
        if (board.read(failed()).isEmpty()) {
            board.post(failed(), "rank " + rank + ": " + failure.getMessage());
        } else if (!(failure instanceof PeerException)) {
            told = peers(); // its directory may have gone
        }
        board.post(key("left by " + rank), "");
        if (rank == 0) {
            discard(told);
        }
        return told;
    }

    private void discard(AshlarException failure) {
        try {
            for (int other = 1; other < manifest.ranks(); other++) {
                board.await(List.of(key("left by " + other)), GRACE);
            }
        } catch (PeerException e) {
            failure.addSuppressed(e); // it does not write any more
        }
        try {
            writer.discard();
        } catch (AshlarException e) {
            failure.addSuppressed(e);
        }
    }

    private String failed() {
        return key("failed");
    }

    private String key(String what) {
        return name + " " + what;
    }
}
