package dev.ashlar.runtime.launch;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.train.Mains;
import dev.ashlar.runtime.train.PendingCheckpoint;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/** Trains four updates with a checkpoint after each; arguments: the fault, the directory of checkpoints, that of the second. */
final class FaultyProgram {
    private static final int UPDATES = 4;
    private static final Set<Fault> AT_START = EnumSet.of(Fault.MISSING, Fault.WRONG_WORLD_SIZE, Fault.OTHER_PLAN);

    private FaultyProgram() {}

    public static void main(String[] arguments) {
        Fault fault = Fault.valueOf(arguments[0]);
        Mains.run(() -> {
            Ranks ranks = Ranks.fromEnvironment();
            if (AT_START.contains(fault) && ranks.rank() == 1) {
                Fault.announce();
            }
            if (fault == Fault.MISSING && ranks.rank() == 1) {
                Fault.pause(60_000);
            }
            try (ranks;
                    FaultyStep step = FaultyStep.open(ranks, fault, 2, 1)) {
                train(step, ranks, fault, Path.of(arguments[1]), Path.of(arguments[2]));
            }
        });
    }

    private static void train(FaultyStep step, Ranks ranks, Fault fault, Path directory, Path second) {
        HostTensor batch = HostTensor.of(new float[] {1}, 1);
        for (int i = 0; i < UPDATES; i++) {
            float loss = step.train(batch, 0.01);
            System.out.println("loss " + loss);
            boolean faulty = ranks.rank() == 1 && i == 1;
            if (i == 0 && ranks.rank() == 1 && fault == Fault.THROWS_OUTSIDE) {
                Fault.announce();
                throw new AshlarException("the batches have run out; add some");
            }
            if (faulty && (fault == Fault.FULL_DISK || fault == Fault.KILLED_IN_SAVE)) {
                Fault.announce();
            }
            if (i == 1 && fault == Fault.FULL_DISK && second.equals(directory)) {
                Fault.limitFiles();
            }
            Path place = (i == 0 ? directory : second).resolve("step-" + (i + 1));
            PendingCheckpoint pending = step.checkpointLater(place, i, () -> {});
            if (faulty && fault == Fault.KILLED_IN_SAVE) {
                Fault.kill();
            }
            if (i < 2) {
                pending.await();
            }
        }
    }
}
