package dev.ashlar.runtime.train;

import dev.ashlar.runtime.engine.MemoryMeter;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** One run of a {@link Trainer}. */
final class TrainingLoop<B> {
    private static final double NANOS_A_SECOND = 1e9;

    private final Trainer<B> trainer;
    private final Step<B> step;
    private final Progress progress;
    private final @Nullable CheckpointRotation rotation;
    private final long itemsAnUpdate;
    private final String items;
    private long position;
    private double loss = Double.NaN;
    private double lossSum;
    private long lossCount;
    private long trainingNanos;
    private OptionalDouble heldOutLoss = OptionalDouble.empty();
    private @Nullable PendingCheckpoint pending;

    TrainingLoop(Trainer<B> trainer, Step<B> step, Progress progress, @Nullable CheckpointRotation rotation) {
        this.trainer = trainer;
        this.step = step;
        this.progress = progress;
        this.rotation = rotation;
        List<InputInfo> inputs = step.plan().inputs();
        boolean tokens = !inputs.isEmpty()
                && !inputs.get(0).dtype().floating()
                && inputs.get(0).shape().size() == 2;
        this.items = tokens ? "tokens" : "samples";
        this.itemsAnUpdate = trainer.accumulate() * batchItems(inputs, tokens);
    }

    private static long batchItems(List<InputInfo> inputs, boolean tokens) {
        if (inputs.isEmpty() || inputs.get(0).shape().isEmpty()) {
            return 1;
        }
        return tokens ? inputs.get(0).elements() : inputs.get(0).shape().get(0);
    }

    TrainingResult run(long firstPosition) {
        position = firstPosition;
        while (step.updates() < trainer.steps()) {
            double learningRate = trainer.schedule().at(step.updates());
            long start = System.nanoTime();
            loss = update(learningRate);
            trainingNanos += System.nanoTime() - start;
            lossSum += loss;
            lossCount++;
            progress.step(step.updates(), loss);
            after(step.updates(), learningRate);
        }
        finish();
        return new TrainingResult(step.updates(), loss, heldOutLoss);
    }

    private double update(double learningRate) {
        if (trainer.accumulate() == 1) {
            return step.train(trainer.batches().at(position++), learningRate);
        }
        double sum = 0;
        for (int i = 0; i < trainer.accumulate(); i++) {
            sum += step.accumulate(trainer.batches().at(position++), 1.0 / trainer.accumulate());
        }
        step.update(learningRate);
        return sum / trainer.accumulate();
    }

    private void after(long done, double learningRate) {
        Batches<B> heldOut = trainer.heldOutAfter(done);
        OptionalDouble evaluated = heldOut == null ? OptionalDouble.empty() : evaluate(heldOut);
        if (evaluated.isPresent()) {
            heldOutLoss = evaluated;
        }
        if (evaluated.isPresent() || trainer.reportsAfter(done)) {
            report(done, learningRate, evaluated);
        }
        if (pending != null && pending.isDone()) {
            finish();
        }
        if (rotation != null && trainer.checkpointsAfter(done)) {
            finish();
            pending = step.checkpointLater(rotation.path(done), position, rotation::prune);
        }
    }

    /** One checkpoint is written at a time. */
    private void finish() {
        PendingCheckpoint last = pending;
        if (last != null) {
            last.await();
            pending = null;
            progress.note("checkpoint " + last.directory());
        }
    }

    private OptionalDouble evaluate(Batches<B> heldOut) {
        double sum = 0;
        for (int i = 0; i < trainer.heldOutCount(); i++) {
            sum += step.evaluate(heldOut.at(i));
        }
        return OptionalDouble.of(sum / trainer.heldOutCount());
    }

    private void report(long done, double learningRate, OptionalDouble evaluated) {
        double seconds = Math.max(1, trainingNanos) / NANOS_A_SECOND;
        TrainingReport report = new TrainingReport(
                done,
                trainer.steps(),
                lossSum / lossCount,
                learningRate,
                lossCount * itemsAnUpdate / seconds,
                items,
                evaluated,
                peakBytes());
        lossSum = 0;
        lossCount = 0;
        trainingNanos = 0;
        progress.report(report);
        trainer.listener().accept(report);
    }

    private OptionalLong peakBytes() {
        MemoryMeter memory = trainer.memory();
        return memory != null && memory.available() ? OptionalLong.of(memory.peakBytes()) : OptionalLong.empty();
    }
}
