package dev.ashlar.samples.bench;

import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.DeviceKind;
import dev.ashlar.runtime.engine.Engine;
import dev.ashlar.runtime.engine.Init;
import dev.ashlar.runtime.engine.Optimizer;
import dev.ashlar.runtime.engine.OptimizerKind;
import dev.ashlar.runtime.engine.OptimizerSettings;
import dev.ashlar.runtime.engine.Parameter;
import dev.ashlar.runtime.engine.ParameterStore;
import dev.ashlar.runtime.engine.Precision;
import dev.ashlar.samples.autograd.AutogradGpt;
import dev.ashlar.samples.autograd.Leaves;
import org.bytedeco.pytorch.Tensor;

/** A training step of the sample's transformer by autograd, with the same optimizer as the written step. */
final class AutogradStep implements AutoCloseable {
    private final Engine engine = Engine.open(DeviceKind.CPU, Precision.FP32, Seed.of(1), false);
    private final ParameterStore store = new ParameterStore(engine);
    private final Optimizer optimizer;
    private final Leaves leaves;
    private final AutogradGpt model;

    /** Starts from the values of {@code other}. */
    AutogradStep(ParameterStore other, int layers, long heads) {
        for (Parameter parameter : other.all()) {
            store.trainable(parameter.name(), Init.constant(0), parameter.decay(), parameter.shape())
                    .assign(parameter.value());
        }
        optimizer = OptimizerKind.ADAMW.create(OptimizerSettings.defaults(OptimizerKind.ADAMW), store.all(), engine);
        leaves = new Leaves(store);
        model = new AutogradGpt(leaves, layers, heads);
    }

    float train(HostTensor tokens, HostTensor targets, double learningRate) {
        float value;
        try (Tensor x = engine.ops().upload(tokens);
                Tensor y = engine.ops().upload(targets);
                Tensor loss = model.loss(x, y)) {
            loss.backward();
            value = loss.item_float();
        }
        leaves.handOver();
        optimizer.update(store.all(), learningRate, Double.POSITIVE_INFINITY);
        return value;
    }

    @Override
    public void close() {
        model.close();
        leaves.close();
        optimizer.close();
        store.close();
        engine.close();
    }
}
