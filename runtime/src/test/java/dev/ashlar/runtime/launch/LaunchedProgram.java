package dev.ashlar.runtime.launch;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.dist.Mesh;
import dev.ashlar.runtime.engine.DeviceKind;
import dev.ashlar.runtime.engine.Engine;
import dev.ashlar.runtime.engine.Precision;
import dev.ashlar.runtime.train.Mains;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** What the launcher's tests run on several ranks. */
final class LaunchedProgram {
    private LaunchedProgram() {}

    public static void main(String[] arguments) {
        Mains.run(() -> {
            try (Ranks ranks = Ranks.fromEnvironment();
                    Mesh mesh = ranks.mesh(List.of(ranks.worldSize()));
                    Engine engine = Engine.open(DeviceKind.CPU, Precision.FP32, Seed.of(1), false, mesh)) {
                sum(engine, ranks);
                fail(arguments[0], ranks);
                sum(engine, ranks);
            }
        });
    }

    private static void sum(Engine engine, Ranks ranks) {
        try (Tensor own = engine.ops().scalar(ranks.rank() + 1);
                Tensor sum = engine.collectives().at("sum").allReduce(own, 0)) {
            System.out.println("sum " + sum.item_float() + " threads " + System.getenv("OMP_NUM_THREADS"));
        }
    }

    private static void fail(String how, Ranks ranks) throws InterruptedException {
        if (ranks.rank() != 1) {
            return;
        }
        switch (how) {
            case "throws" -> throw new AshlarException("rank 1 has no data");
            case "dies" -> Runtime.getRuntime().halt(7);
            case "bug" -> throw new IllegalStateException("bug");
            default -> {}
        }
    }
}
