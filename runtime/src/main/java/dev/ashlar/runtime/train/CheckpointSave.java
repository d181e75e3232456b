package dev.ashlar.runtime.train;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.dist.Board;
import dev.ashlar.runtime.dist.PeerException;
import dev.ashlar.runtime.dist.Watch;
import dev.ashlar.runtime.io.Checkpoint;
import dev.ashlar.runtime.io.CheckpointWriter;
import dev.ashlar.runtime.io.TensorPart;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

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
    /** How often a rank that waits looks whether the other still runs. */
    private static final Duration GLANCE = Duration.ofSeconds(1);

    /** How long rank 0 lets others finish a file of a checkpoint that is given up. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    @Override
    public void run() {
        try {
            save();
        } catch (RuntimeException e) {
            if (rank > 0 && !isStoreThere()) {
                throw new PeerException("rank 0 does not run any more, and the checkpoint lacks its part", e);
            }
            throw e;
        }
    }

    /** Rank 0 has the store: while it runs, the store answers. */
    private boolean isStoreThere() {
        try {
            board.read(failed());
            return true;
        } catch (RuntimeException gone) {
            return false;
        }
    }

    private void save() {
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
            await("begun", 0);
        }
    }

    private void complete() {
        if (rank > 0) {
            await("complete", 0);
            return;
        }
        for (int other = 1; other < manifest.ranks(); other++) {
            await("written by " + other, other);
        }
        writer.complete(manifest);
        committed.run();
        board.post(key("complete"), "");
    }

    private void await(String what, int from) {
        List<String> keys = List.of(failed(), key(what));
        Optional<String> beat = Optional.empty();
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                if (board.await(keys, patience.compareTo(GLANCE) < 0 ? patience : GLANCE)
                        .equals(failed())) {
                    throw peers();
                }
                return;
            } catch (TimeoutException e) {
                requireRunning(from, beat, System.nanoTime() - end < 0);
                beat = Watch.beat(board, from);
            }
        }
    }

    private void requireRunning(int other, Optional<String> beat, boolean patient) {
        Optional<String> left = Watch.left(board, other);
        if (left.isPresent()) {
            throw new PeerException(
                    "rank " + other + " has ended " + left.get() + ", and the checkpoint lacks its part");
        }
        if (beat.isPresent() && Watch.beat(board, other).equals(beat)) {
            throw new PeerException("rank " + other + " does not run any more, and the checkpoint lacks its part");
        }
        if (!patient) {
            throw new PeerException(
                    "rank " + other + " has not done its part of the checkpoint within " + patience.toSeconds() + " s");
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
        } catch (TimeoutException e) {
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
