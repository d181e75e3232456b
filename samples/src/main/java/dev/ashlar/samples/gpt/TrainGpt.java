package dev.ashlar.samples.gpt;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.MemoryMeter;
import dev.ashlar.runtime.engine.OptimizerKind;
import dev.ashlar.runtime.engine.OptimizerSettings;
import dev.ashlar.runtime.io.ByteText;
import dev.ashlar.runtime.launch.Ranks;
import dev.ashlar.runtime.train.Batches;
import dev.ashlar.runtime.train.PlannedStep;
import dev.ashlar.runtime.train.Plans;
import dev.ashlar.runtime.train.Schedule;
import dev.ashlar.runtime.train.Settings;
import dev.ashlar.runtime.train.Step;
import dev.ashlar.runtime.train.TextBatches;
import dev.ashlar.runtime.train.Trainer;
import dev.ashlar.samples.SampleMain;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Trains the transformer on text, on one rank or two, sets it beside models that only count bytes, and lets it write. */
@Command(
        name = "TrainGpt",
        description = "Trains a byte-level transformer on the glosses of WordNet 3.1, or on a text of yours.")
public final class TrainGpt implements Callable<@Nullable Void> {
    private static final double HELD_OUT = 0.02;
    private static final double PEAK_LEARNING_RATE = 3e-3;
    private static final double FLOOR_LEARNING_RATE = 1e-4;
    private static final int WARMUP_STEPS = 100;
    private static final double CLIP_NORM = 1.0;
    private static final int EVALUATIONS = 4;
    private static final int EVALUATED_BATCHES = 8;
    private static final int SAMPLE_BYTES = 240;
    private static final int SHOWN_SAMPLES = 3;

    @Option(names = "--steps", description = "how many updates (default: ${DEFAULT-VALUE})")
    private long steps = 2400;

    @Option(names = "--seed", description = "where all randomness comes from (default: ${DEFAULT-VALUE})")
    private long seed = 1;

    @Option(names = "--text", paramLabel = "FILE", description = "learns this file instead of WordNet's glosses")
    private @Nullable Path text;

    @Option(
            names = "--checkpoint",
            paramLabel = "DIR",
            description = "writes four checkpoints of the run below this directory and keeps the newest two")
    private @Nullable Path checkpoint;

    @Option(names = "--resume", description = "continues from the newest checkpoint below --checkpoint")
    private boolean resume;

    @Option(names = "--temperature", description = "of the text it writes (default: ${DEFAULT-VALUE})")
    private double temperature = 0.7;

    @SuppressWarnings("unused") // picocli reads the annotation
    @Option(names = "--help", usageHelp = true, description = "prints this")
    private boolean help;

    private boolean speaks;

    public static void main(String[] arguments) {
        SampleMain.run(new TrainGpt(), arguments);
    }

    @Override
    public @Nullable Void call() {
        if (resume && checkpoint == null) {
            throw new AshlarException("--resume needs to know where the checkpoints are; add --checkpoint DIR");
        }
        ByteText.Split split = (text == null ? WordNetGlosses.read() : ByteText.read(text)).split(HELD_OUT);
        try (Ranks ranks = Ranks.fromEnvironment();
                MemoryMeter memory = MemoryMeter.open();
                PlannedStep<GptBatch> step = open(ranks)) {
            speaks = ranks.rank() == 0;
            TextWindows heldOut = new TextWindows(split.heldOut(), step.plan());
            TextSampler sampler = new TextSampler(step, temperature, Seed.of(seed));
            step.plan().summary().forEach(line -> print("%s", line));
            print("text: %,d bytes to learn, %,d held out", split.train().size(), heldOut.coveredBytes());
            if (speaks) {
                printCounting(split, heldOut.coveredBytes());
            }
            train(step, TextBatches.of(split.train(), step, Seed.of(seed)), heldOut, memory);
            print("held out: %.4f nats a byte (this model)", heldOutLoss(step, heldOut));
            write(sampler);
        }
        return null;
    }

    /** The plan for as many ranks as there are. */
    private PlannedStep<GptBatch> open(Ranks ranks) {
        return Plans.<PlannedStep<GptBatch>>of(ranks)
                .on(2, () -> GptPairStep.open(ranks, Seed.of(seed), settings()))
                .on(1, () -> GptLaptopStep.open(ranks, Seed.of(seed), settings()))
                .open();
    }

    private static Settings settings() {
        OptimizerSettings optimizer = OptimizerSettings.defaults(OptimizerKind.ADAMW)
                .withBetas(0.9, 0.99)
                .withWeightDecay(0.1);
        return Settings.defaults(OptimizerKind.ADAMW).withOptimizer(optimizer).withClipNorm(CLIP_NORM);
    }

    private void printCounting(ByteText.Split split, int end) {
        ByteNgrams counts = ByteNgrams.of(split.train());
        print("held out: %.4f nats a byte (byte unigrams, add-one)", counts.unigramLoss(split.heldOut(), end));
        print("held out: %.4f nats a byte (byte trigrams, Witten-Bell)", counts.trigramLoss(split.heldOut(), end));
    }

    private void train(Step<GptBatch> step, Batches<GptBatch> learnt, TextWindows heldOut, MemoryMeter memory) {
        long warmup = Math.min(WARMUP_STEPS, steps);
        Trainer<GptBatch> trainer = Trainer.of(step, learnt)
                .steps(steps)
                .schedule(Schedule.warmupCosine(PEAK_LEARNING_RATE, warmup, Math.max(1, steps), FLOOR_LEARNING_RATE))
                .evaluate(heldOut, Math.max(1, steps / EVALUATIONS), Math.min(EVALUATED_BATCHES, heldOut.count()))
                .memory(memory);
        if (checkpoint != null) {
            trainer.checkpoints(checkpoint, Math.max(1, steps / EVALUATIONS));
        }
        if (resume) {
            trainer.resume();
        }
        trainer.run();
    }

    /** Over all of the held-out text, byte for byte what the counting models are judged by. */
    private static double heldOutLoss(Step<GptBatch> step, TextWindows heldOut) {
        double sum = 0;
        for (int i = 0; i < heldOut.count(); i++) {
            sum += step.evaluate(heldOut.at(i));
        }
        return sum / heldOut.count();
    }

    private void write(TextSampler sampler) {
        List<String> written = sampler.continuations("\n", SAMPLE_BYTES);
        for (int i = 0; i < Math.min(SHOWN_SAMPLES, written.size()); i++) {
            print("%n--- sample %d ---%n%s", i + 1, written.get(i));
        }
    }

    /** What every rank knows is said once. */
    private void print(String format, Object... values) {
        if (speaks) {
            System.out.println(String.format(Locale.ROOT, format, values));
        }
    }
}
