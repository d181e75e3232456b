package dev.ashlar.runtime.train;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.engine.MemoryMeter;
import dev.ashlar.runtime.io.Checkpoint;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The loop around a step: learning rate, accumulation, evaluation, checkpoints and a progress bar.
 *
 * <pre>{@code
 * TrainingResult result = Trainer.of(step, TextBatches.of(text, step, seed))
 *         .steps(1000)
 *         .schedule(Schedule.warmupCosine(3e-4, 100, 1000, 3e-5))
 *         .evaluate(heldOut, 100, 8)
 *         .checkpoints(Path.of("checkpoints"), 200)
 *         .resume()
 *         .run();
 * }</pre>
 *
 * @param <B> the record of one batch
 */
public final class Trainer<B> {
    private static final long DEFAULT_STEPS = 1000;
    private static final double DEFAULT_LEARNING_RATE = 1e-3;
    private static final int DEFAULT_KEPT = 2;

    private final Step<B> step;
    private final Batches<B> batches;
    private long steps = DEFAULT_STEPS;
    private Schedule schedule = Schedule.constant(DEFAULT_LEARNING_RATE);
    private int accumulate = 1;
    private long reportEvery;
    private long evaluateEvery;
    private int heldOutCount;
    private @Nullable Batches<B> heldOut;
    private long checkpointEvery;
    private int kept = DEFAULT_KEPT;
    private @Nullable Path checkpoints;
    private boolean resume;
    private boolean silent;
    private @Nullable MemoryMeter memory;
    private Consumer<TrainingReport> listener = report -> {};

    private Trainer(Step<B> step, Batches<B> batches) {
        this.step = step;
        this.batches = batches;
    }

    /** A trainer of 1,000 steps at a learning rate of 0.001. */
    public static <B> Trainer<B> of(Step<B> step, Batches<B> batches) {
        return new Trainer<>(step, batches);
    }

    /** A trainer over an iterable, which is read again when it ends. */
    public static <B> Trainer<B> of(Step<B> step, Iterable<B> batches) {
        return of(step, Batches.of(batches));
    }

    /** How many updates there shall have been in the end, those before a resumed checkpoint included. */
    public Trainer<B> steps(long count) {
        steps = positive("number of steps", count);
        return this;
    }

    /** The learning rate of every update. */
    public Trainer<B> schedule(Schedule rates) {
        schedule = rates;
        return this;
    }

    /** How many batches make one update; their gradients are averaged. */
    public Trainer<B> accumulate(int count) {
        accumulate = (int) positive("number of batches an update", count);
        return this;
    }

    /** Reports every so many steps; without this, twenty times in all. */
    public Trainer<B> reportEvery(long count) {
        reportEvery = positive("number of steps between reports", count);
        return this;
    }

    /**
     * Evaluates on held-out batches every so many steps, and after the last.
     *
     * @param count how many batches; always the first ones, so that losses compare
     */
    public Trainer<B> evaluate(Batches<B> batches, long every, int count) {
        heldOut = batches;
        evaluateEvery = positive("number of steps between evaluations", every);
        heldOutCount = (int) positive("number of held-out batches", count);
        return this;
    }

    /** Writes a checkpoint below a directory every so many steps, and after the last; the newest two are kept. */
    public Trainer<B> checkpoints(Path directory, long every) {
        checkpoints = directory;
        checkpointEvery = positive("number of steps between checkpoints", every);
        return this;
    }

    /** Keeps so many checkpoints. */
    public Trainer<B> keep(int count) {
        kept = (int) positive("number of checkpoints to keep", count);
        return this;
    }

    /** Continues from the newest checkpoint of the directory, if there is one; a program that a launcher starts again always does. */
    public Trainer<B> resume() {
        resume = true;
        return this;
    }

    /** Reports this meter's peak beside the planned one. Open it before the step: it counts from then on. */
    public Trainer<B> memory(MemoryMeter meter) {
        memory = meter;
        return this;
    }

    /** Hears every report too. */
    public Trainer<B> onReport(Consumer<TrainingReport> reports) {
        listener = reports;
        return this;
    }

    /** Prints nothing, as ranks but the first never do; {@link #onReport} still hears. */
    public Trainer<B> silent() {
        silent = true;
        return this;
    }

    private static long positive(String what, long count) {
        if (count < 1) {
            throw new AshlarException("the " + what + " is " + count + "; give 1 or more");
        }
        return count;
    }

    /**
     * Trains until the number of steps is reached.
     *
     * @throws AshlarException if a batch does not fit, the loss is not finite, or a checkpoint cannot be read or written
     */
    public TrainingResult run() {
        @Nullable CheckpointRotation rotation = checkpoints == null ? null : new CheckpointRotation(checkpoints, kept);
        if (resume && rotation == null) {
            throw new AshlarException("there is nothing to resume from; name the directory with checkpoints(…)");
        }
        boolean again = resume || step.restarts() > 0;
        Optional<Path> newest = again && rotation != null ? rotation.newest() : Optional.empty();
        long position = 0;
        String start = again ? "no checkpoint yet: starting anew" : "";
        if (newest.isPresent()) {
            Checkpoint.Manifest manifest = step.resume(newest.get());
            position = manifest.dataPosition();
            start = resumed(newest.get(), manifest);
        }
        boolean quiet = silent || step.rank() > 0;
        try (Progress progress = Progress.open(step.plan(), step.updates(), steps, quiet)) {
            if (!start.isEmpty()) {
                progress.note(start);
            }
            return new TrainingLoop<>(this, step, progress, rotation).run(position);
        }
    }

    private String resumed(Path path, Checkpoint.Manifest manifest) {
        boolean same = manifest.planHash().equals(step.plan().planHash());
        return "continuing from " + path + (same ? "" : ", written by another plan of this model: not bit for bit");
    }

    long steps() {
        return steps;
    }

    Schedule schedule() {
        return schedule;
    }

    Batches<B> batches() {
        return batches;
    }

    int accumulate() {
        return accumulate;
    }

    /** Whether it is time to report after {@code done} updates. */
    boolean reportsAfter(long done) {
        long every = reportEvery > 0 ? reportEvery : Math.max(1, steps / 20);
        return done % every == 0 || done == steps;
    }

    @Nullable
    Batches<B> heldOutAfter(long done) {
        return heldOut != null && (done % evaluateEvery == 0 || done == steps) ? heldOut : null;
    }

    int heldOutCount() {
        return heldOutCount;
    }

    boolean checkpointsAfter(long done) {
        return checkpoints != null && (done % checkpointEvery == 0 || done == steps);
    }

    @Nullable
    MemoryMeter memory() {
        return memory;
    }

    Consumer<TrainingReport> listener() {
        return listener;
    }
}
