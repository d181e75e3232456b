package dev.ashlar.runtime.train;

import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.Init;
import dev.ashlar.runtime.engine.OptimizerKind;
import dev.ashlar.runtime.engine.Parameter;
import dev.ashlar.runtime.engine.Precision;
import dev.ashlar.runtime.launch.Ranks;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** The smallest language model: a table of the next byte's logits for every byte. */
final class BigramStep extends PlannedStep<BigramStep.Batch> {
    static final int BYTES = 256;
    private static final long IGNORED = -100;

    private final Parameter weight;

    /** Ids [batch, seq]. */
    record Batch(HostTensor tokens, HostTensor targets) {}

    private BigramStep(PlanInfo plan, Seed seed) {
        super(plan, Ranks.single(), seed, Settings.defaults(plan.optimizer()));
        weight = store.trainable("logits.weight", Init.constant(0), /* decay= */ false, BYTES, BYTES);
        ready();
    }

    static BigramStep open(int batch, int seq) {
        List<InputInfo> inputs = List.of(
                InputInfo.ids("tokens", BYTES, batch, seq), InputInfo.targets("targets", BYTES, IGNORED, batch, seq));
        return new BigramStep(
                new PlanInfo(
                        "Bigram",
                        "BigramPlan",
                        "m",
                        "p",
                        "cpu",
                        List.of(1),
                        Precision.FP32,
                        OptimizerKind.ADAMW,
                        false,
                        1 << 22,
                        1 << 21,
                        1 << 18,
                        1 << 19,
                        inputs,
                        List.of()),
                Seed.of(1));
    }

    @Override
    protected List<HostTensor> inputs(Batch batch) {
        return List.of(batch.tokens(), batch.targets());
    }

    @Override
    public Batch batch(List<HostTensor> inputs) {
        return new Batch(inputs.get(0), inputs.get(1));
    }

    @Override
    protected Tensor[] forwardBackward(Tensor[] inputs, double lossWeight) {
        try (Tensor tokens = inputs[0];
                Tensor targets = inputs[1];
                Tensor logits = ops.at("logits").embedding(tokens, weight.value())) {
            Tensor[] loss = ops.at("loss").crossEntropy(logits, targets, IGNORED, 0);
            try (Tensor probabilities = loss[1];
                    Tensor count = loss[2];
                    Tensor lossGradient = ops.seed(lossWeight);
                    Tensor gradient =
                            ops.crossEntropyBackward(lossGradient, probabilities, targets, count, IGNORED, 0)) {
                weight.addGradient(ops.at("logits").embeddingWeightGradient(gradient, tokens, BYTES));
            }
            return new Tensor[] {loss[0]};
        }
    }

    @Override
    protected Tensor[] losses(Tensor[] inputs) {
        try (Tensor targets = inputs[1];
                Tensor logits = outputs(new Tensor[] {inputs[0]})[0]) {
            Tensor[] loss = ops.at("loss").crossEntropy(logits, targets, IGNORED, 0);
            loss[1].close();
            loss[2].close();
            return new Tensor[] {loss[0]};
        }
    }

    @Override
    protected Tensor[] outputs(Tensor[] inputs) {
        try (Tensor tokens = inputs[0]) {
            for (int i = 1; i < inputs.length; i++) {
                inputs[i].close();
            }
            return new Tensor[] {ops.at("logits").embedding(tokens, weight.value())};
        }
    }

    @Override
    protected List<String> lossNames() {
        return List.of("loss");
    }

    @Override
    protected double[] lossWeights() {
        return new double[] {1};
    }

    @Override
    protected List<String> outputNames() {
        return List.of("logits");
    }
}
