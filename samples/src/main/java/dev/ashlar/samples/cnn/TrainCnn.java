package dev.ashlar.samples.cnn;

import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.MemoryMeter;
import dev.ashlar.runtime.engine.OptimizerKind;
import dev.ashlar.runtime.engine.OptimizerSettings;
import dev.ashlar.runtime.launch.Ranks;
import dev.ashlar.runtime.train.Schedule;
import dev.ashlar.runtime.train.Settings;
import dev.ashlar.runtime.train.Trainer;
import dev.ashlar.samples.LabelledRows;
import dev.ashlar.samples.RowBatches;
import dev.ashlar.samples.SampleMain;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Trains the residual network to read digits that Java draws. */
@Command(name = "TrainCnn", description = "Trains a residual network to read digits that Java draws.")
public final class TrainCnn implements Callable<@Nullable Void> {
    private static final int LEARNT_IMAGES = 12_000;
    private static final int HELD_OUT_IMAGES = 2_000;
    private static final int SIDE = 20;
    private static final double PEAK_LEARNING_RATE = 0.1;
    private static final double MOMENTUM = 0.9;
    private static final double WEIGHT_DECAY = 1e-4;
    private static final int WARMUP_STEPS = 20;

    @Option(names = "--steps", description = "how many updates (default: ${DEFAULT-VALUE})")
    private long steps = 400;

    @Option(names = "--seed", description = "where all randomness comes from (default: ${DEFAULT-VALUE})")
    private long seed = 1;

    @SuppressWarnings("unused") // picocli reads the annotation
    @Option(names = "--help", usageHelp = true, description = "prints this")
    private boolean help;

    public static void main(String[] arguments) {
        System.setProperty("java.awt.headless", "true");
        SampleMain.run(new TrainCnn(), arguments);
    }

    @Override
    public @Nullable Void call() {
        Seed base = Seed.of(seed);
        LabelledRows learntDigits = DigitImages.draw(LEARNT_IMAGES, SIDE, Seed.of(base.mix(1)));
        LabelledRows heldOutDigits = DigitImages.draw(HELD_OUT_IMAGES, SIDE, Seed.of(base.mix(2)));
        try (Ranks ranks = Ranks.fromEnvironment();
                MemoryMeter memory = MemoryMeter.open();
                CnnLaptopStep step = CnnLaptopStep.open(ranks, base, settings())) {
            step.plan().summary().forEach(System.out::println);
            RowBatches<CnnBatch> learnt = RowBatches.of(learntDigits, step, base, CnnBatch::new);
            RowBatches<CnnBatch> heldOut = RowBatches.of(heldOutDigits, step, base, CnnBatch::new);
            Trainer.of(step, learnt)
                    .steps(steps)
                    .schedule(Schedule.warmupCosine(PEAK_LEARNING_RATE, Math.min(WARMUP_STEPS, steps), steps, 0))
                    .evaluate(heldOut, Math.max(1, steps / 4), 4)
                    .memory(memory)
                    .run();
            System.out.println(String.format(
                    Locale.ROOT,
                    "held out: %.2f %% of %d digits right",
                    100 * heldOut.accuracy(),
                    heldOutDigits.size()));
        }
        return null;
    }

    private static Settings settings() {
        OptimizerSettings optimizer = OptimizerSettings.defaults(OptimizerKind.SGD)
                .withMomentum(MOMENTUM)
                .withWeightDecay(WEIGHT_DECAY);
        return Settings.defaults(OptimizerKind.SGD).withOptimizer(optimizer);
    }
}
