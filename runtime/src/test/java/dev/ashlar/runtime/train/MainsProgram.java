package dev.ashlar.runtime.train;

import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.MemoryMeter;

/** A program as samples are, run in a process of its own by {@link MainsTest}. */
final class MainsProgram {
    private MainsProgram() {}

    public static void main(String[] args) {
        Mains.run(() -> {
            try (MemoryMeter memory = MemoryMeter.open();
                    TinyMlpStep step = TinyMlpStep.open(TinyMlpStep.plan(8), Seed.of(1))) {
                switch (args[0]) {
                    case "fine" ->
                        Trainer.of(step, position -> Batch.of(8, position))
                                .steps(20)
                                .memory(memory)
                                .run();
                    case "nan" -> step.train(Batch.withX(Batch.of(8, 0), Float.NaN), 0.1);
                    case "bug" -> throw new IllegalStateException("first line\nsecond line");
                    default -> throw new IllegalArgumentException(args[0]);
                }
            }
        });
    }
}
