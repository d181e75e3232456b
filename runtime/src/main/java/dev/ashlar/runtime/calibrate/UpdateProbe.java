package dev.ashlar.runtime.calibrate;

import dev.ashlar.runtime.engine.DeviceKind;
import dev.ashlar.runtime.engine.Engine;
import dev.ashlar.runtime.engine.Init;
import dev.ashlar.runtime.engine.Ops;
import dev.ashlar.runtime.engine.Optimizer;
import dev.ashlar.runtime.engine.OptimizerKind;
import dev.ashlar.runtime.engine.OptimizerSettings;
import dev.ashlar.runtime.engine.Parameter;
import dev.ashlar.runtime.engine.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** AdamW's update of a model's matrices: gradients are read, values and both moments read and written. */
final class UpdateProbe {
    private static final int TRANSFERS = 7;
    private static final int MATRICES = 16;
    private static final long SIDE = 4096;
    private static final long SIDE_ON_HOST = 512;

    private final Engine engine;

    UpdateProbe(Engine engine) {
        this.engine = engine;
    }

    /** Bytes that it moves in a second. */
    double bytesPerSecond(Stopwatch stopwatch) {
        long side = engine.device() == DeviceKind.CPU ? SIDE_ON_HOST : SIDE;
        Ops ops = engine.ops();
        ParameterStore store = new ParameterStore(engine);
        List<Tensor> gradients = new ArrayList<>();
        for (int i = 0; i < MATRICES; i++) {
            store.trainable("matrix" + i, Init.constant(1), true, side, side);
            gradients.add(ops.normal(side, side));
        }
        List<Parameter> parameters = store.all();
        try (Optimizer optimizer =
                OptimizerKind.ADAMW.create(OptimizerSettings.defaults(OptimizerKind.ADAMW), parameters, engine)) {
            double seconds = stopwatch.seconds(() -> {
                for (int i = 0; i < MATRICES; i++) {
                    parameters.get(i).addGradient(ops.share(gradients.get(i)));
                }
                optimizer.update(parameters, 0, Double.POSITIVE_INFINITY);
            });
            long bytes = gradients.stream().mapToLong(Tensor::nbytes).sum();
            return TRANSFERS * bytes / seconds;
        } finally {
            store.close();
            gradients.forEach(Tensor::close);
        }
    }
}
