package dev.ashlar.samples.gpt;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@link TrainGpt} of which the second rank dies as soon as there is a checkpoint. */
final class KilledGpt {
    private static final int CODE_OF_A_KILLED_PROCESS = 137;
    private static final int LOOKS_MILLIS = 20;

    private KilledGpt() {}

    public static void main(String[] arguments) {
        if ("1".equals(System.getenv("RANK"))) {
            Path checkpoints = Path.of(arguments[List.of(arguments).indexOf("--checkpoint") + 1]);
            Thread killer = new Thread(() -> killBehindACheckpoint(checkpoints));
            killer.setDaemon(true);
            killer.start();
        }
        TrainGpt.main(arguments);
    }

    private static void killBehindACheckpoint(Path checkpoints) {
        try {
            while (!Files.exists(checkpoints.resolve("step-3"))) {
                Thread.sleep(LOOKS_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(CODE_OF_A_KILLED_PROCESS);
    }
}
