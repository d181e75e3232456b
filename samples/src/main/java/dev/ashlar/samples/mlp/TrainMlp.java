package dev.ashlar.samples.mlp;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.MemoryMeter;
import dev.ashlar.runtime.engine.OptimizerKind;
import dev.ashlar.runtime.io.CsvTable;
import dev.ashlar.runtime.launch.Ranks;
import dev.ashlar.runtime.train.Schedule;
import dev.ashlar.runtime.train.Settings;
import dev.ashlar.runtime.train.Trainer;
import dev.ashlar.samples.LabelledRows;
import dev.ashlar.samples.RowBatches;
import dev.ashlar.samples.SampleMain;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Trains the perceptron to tell three spirals apart, or on a table of numbers. */
@Command(
        name = "TrainMlp",
        description = "Trains a perceptron on three interleaved spirals, or on a CSV table of yours.")
public final class TrainMlp implements Callable<@Nullable Void> {
    private static final int LEARNT_ROWS = 6000;
    private static final int HELD_OUT_ROWS = 1500;
    private static final double HELD_OUT = 0.2;
    private static final double PEAK_LEARNING_RATE = 5e-3;
    private static final int WARMUP_STEPS = 50;
    private static final double CLIP_NORM = 1.0;

    @Option(names = "--steps", description = "how many updates (default: ${DEFAULT-VALUE})")
    private long steps = 2000;

    @Option(names = "--seed", description = "where all randomness comes from (default: ${DEFAULT-VALUE})")
    private long seed = 1;

    @Option(
            names = "--csv",
            paramLabel = "FILE",
            description =
                    "learns this table: a header line, two columns of numbers, and a label of at most three classes")
    private @Nullable Path csv;

    @Option(names = "--label", paramLabel = "COLUMN", description = "the table's column of classes (default: label)")
    private String label = "label";

    @SuppressWarnings("unused") // picocli reads the annotation
    @Option(names = "--help", usageHelp = true, description = "prints this")
    private boolean help;

    /** Rows to learn from and rows to judge by. */
    private record Data(LabelledRows learnt, LabelledRows heldOut) {}

    public static void main(String[] arguments) {
        SampleMain.run(new TrainMlp(), arguments);
    }

    @Override
    public @Nullable Void call() {
        Data data = csv == null ? spirals() : table(csv);
        Settings settings = Settings.defaults(OptimizerKind.ADAMW).withClipNorm(CLIP_NORM);
        try (Ranks ranks = Ranks.fromEnvironment();
                MemoryMeter memory = MemoryMeter.open();
                MlpLaptopStep step = MlpLaptopStep.open(ranks, Seed.of(seed), settings)) {
            step.plan().summary().forEach(System.out::println);
            RowBatches<MlpBatch> learnt = batches(data.learnt(), step);
            RowBatches<MlpBatch> heldOut = batches(data.heldOut(), step);
            Trainer.of(step, learnt)
                    .steps(steps)
                    .schedule(Schedule.warmupCosine(PEAK_LEARNING_RATE, Math.min(WARMUP_STEPS, steps), steps, 0))
                    .evaluate(heldOut, Math.max(1, steps / 4), 4)
                    .memory(memory)
                    .run();
            System.out.println(String.format(
                    Locale.ROOT,
                    "held out: %.2f %% of %d rows right",
                    100 * heldOut.accuracy(),
                    data.heldOut().size()));
        }
        return null;
    }

    private RowBatches<MlpBatch> batches(LabelledRows rows, MlpLaptopStep step) {
        return RowBatches.of(rows, step, Seed.of(seed), MlpBatch::new);
    }

    private Data spirals() {
        Seed base = Seed.of(seed);
        return new Data(
                Spirals.draw(LEARNT_ROWS, Seed.of(base.mix(1))), Spirals.draw(HELD_OUT_ROWS, Seed.of(base.mix(2))));
    }

    private Data table(Path file) {
        CsvTable.Split split = CsvTable.classes(file, label).split(HELD_OUT, Seed.of(seed));
        if (split.train().rows() == 0) {
            throw new AshlarException(file + " has no rows to learn from; give more");
        }
        CsvTable.Scaling scaling = split.train().scaling();
        return new Data(
                LabelledRows.of(split.train().scaled(scaling)),
                LabelledRows.of(split.heldOut().scaled(scaling)));
    }
}
