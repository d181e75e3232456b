package dev.ashlar.runtime.launch;

import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.train.Batches;
import dev.ashlar.runtime.train.Mains;
import dev.ashlar.runtime.train.Plans;
import dev.ashlar.runtime.train.Schedule;
import dev.ashlar.runtime.train.Trainer;
import java.nio.file.Path;

/** Trains seven updates; rank 1 is killed in the fifth, unless there is but one rank. Argument: the directory of checkpoints. */
final class RestartedProgram {
    private static final int KILLED_AT = 4;

    private RestartedProgram() {}

    public static void main(String[] arguments) {
        Mains.run(() -> {
            try (Ranks ranks = Ranks.fromEnvironment();
                    FaultyStep step = Plans.<FaultyStep>of(ranks)
                            .on(2, () -> FaultyStep.open(ranks, Fault.KILLED_AFTER, 2, KILLED_AT))
                            .on(1, () -> FaultyStep.open(ranks, Fault.NONE, 1, KILLED_AT))
                            .open()) {
                HostTensor batch = HostTensor.of(new float[] {1}, 1);
                Batches<HostTensor> batches = index -> batch;
                double loss = Trainer.of(step, batches)
                        .steps(7)
                        .schedule(Schedule.constant(0.01))
                        .checkpoints(Path.of(arguments[0]), 2)
                        .run()
                        .loss();
                System.out.println("in the end " + loss + " restarts " + ranks.restarts());
            }
        });
    }
}
