package dev.ashlar.runtime.train;

import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.Init;
import dev.ashlar.runtime.engine.OptimizerKind;
import dev.ashlar.runtime.engine.Parameter;
import dev.ashlar.runtime.engine.Precision;
import dev.ashlar.runtime.launch.Ranks;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** What the code writer emits, by hand: x -> up -> act -> dropped -> down -> cross-entropy. Keeps x and up; recomputes act. */
final class TinyMlpStep extends PlannedStep<TinyMlpBatch> {
    static final int FEATURES = 6;
    static final int HIDDEN = 16;
    static final int CLASSES = 3;
    static final long IGNORED = -100;
    private static final double DROPOUT = 0.1;
    private static final long DROPOUT_KEY = 1;

    private final Parameter upWeight;
    private final Parameter upBias;
    private final Parameter downWeight;
    private final Parameter downBias;

    private final double dropout;

    private TinyMlpStep(PlanInfo plan, Seed seed, Settings settings, double dropout) {
        super(plan, Ranks.single(), seed, settings);
        this.dropout = dropout;
        upWeight = store.trainable("up.weight", Init.uniform(0.4), /* decay= */ true, HIDDEN, FEATURES);
        upBias = store.trainable("up.bias", Init.constant(0), /* decay= */ false, HIDDEN);
        downWeight = store.trainable("down.weight", Init.uniform(0.25), /* decay= */ true, CLASSES, HIDDEN);
        downBias = store.trainable("down.bias", Init.constant(0), /* decay= */ false, CLASSES);
        ready();
    }

    static TinyMlpStep open(PlanInfo plan, Seed seed, Settings settings) {
        return new TinyMlpStep(plan, seed, settings, DROPOUT);
    }

    static TinyMlpStep open(PlanInfo plan, Seed seed) {
        return open(plan, seed, Settings.defaults(plan.optimizer()));
    }

    static TinyMlpStep withoutDropout(PlanInfo plan, Seed seed) {
        return new TinyMlpStep(plan, seed, Settings.defaults(plan.optimizer()), 0);
    }

    static PlanInfo plan(int batch, Precision precision, OptimizerKind optimizer, boolean clipping) {
        return new PlanInfo(
                "TinyMlp",
                "TinyMlpPlan",
                "model-1",
                "plan-" + batch,
                "cpu",
                List.of(1),
                precision,
                optimizer,
                clipping,
                1 << 20,
                1 << 16,
                1 << 12,
                1 << 13,
                List.of(
                        InputInfo.values("x", DType.FLOAT32, batch, FEATURES),
                        InputInfo.targets("targets", CLASSES, IGNORED, batch)),
                List.of("all on one device"));
    }

    static PlanInfo plan(int batch) {
        return plan(batch, Precision.FP32, OptimizerKind.ADAMW, /* clipping= */ false);
    }

    @Override
    protected List<HostTensor> inputs(TinyMlpBatch batch) {
        return List.of(batch.x(), batch.targets());
    }

    @Override
    public TinyMlpBatch batch(List<HostTensor> inputs) {
        return new TinyMlpBatch(inputs.get(0), inputs.get(1));
    }

    @Override
    protected Tensor[] forwardBackward(Tensor[] inputs, double weight) {
        Tensor x = inputs[0];
        Tensor targets = inputs[1];
        Tensor up = ops.at("up").linear(x, upWeight.value(), upBias.value());
        Tensor act = ops.at("act").gelu(up, true);
        Tensor dropped = ops.at("dropped").dropout(act, dropout, DROPOUT_KEY);
        act.close();
        Tensor logits = ops.at("down").linear(dropped, downWeight.value(), downBias.value());
        Tensor[] loss = ops.at("loss").crossEntropy(logits, targets, IGNORED, 0);
        logits.close();
        Tensor lossGradient = ops.seed(weight);
        Tensor logitsGradient =
                ops.at("loss").crossEntropyBackward(lossGradient, loss[1], targets, loss[2], IGNORED, 0);
        lossGradient.close();
        loss[1].close();
        loss[2].close();
        targets.close();
        downWeight.addGradient(ops.at("down").linearWeightGradient(logitsGradient, dropped));
        downBias.addGradient(ops.linearBiasGradient(logitsGradient));
        dropped.close();
        Tensor droppedGradient = ops.linearInputGradient(logitsGradient, downWeight.value());
        logitsGradient.close();
        Tensor actGradient = ops.at("dropped").dropoutBackward(droppedGradient, dropout, DROPOUT_KEY);
        droppedGradient.close();
        Tensor upGradient = ops.at("act").geluBackward(actGradient, up, true);
        actGradient.close();
        up.close();
        upWeight.addGradient(ops.at("up").linearWeightGradient(upGradient, x));
        upBias.addGradient(ops.linearBiasGradient(upGradient));
        upGradient.close();
        x.close();
        return new Tensor[] {loss[0]};
    }

    @Override
    protected Tensor[] losses(Tensor[] inputs) {
        Tensor targets = inputs[1];
        Tensor logits = logits(inputs[0]);
        Tensor[] loss = ops.at("loss").crossEntropy(logits, targets, IGNORED, 0);
        logits.close();
        targets.close();
        loss[1].close();
        loss[2].close();
        return new Tensor[] {loss[0]};
    }

    @Override
    protected Tensor[] outputs(Tensor[] inputs) {
        inputs[1].close();
        return new Tensor[] {logits(inputs[0])};
    }

    /** Evaluation drops nothing; closes x. */
    private Tensor logits(Tensor x) {
        Tensor up = ops.at("up").linear(x, upWeight.value(), upBias.value());
        x.close();
        Tensor act = ops.at("act").gelu(up, true);
        up.close();
        Tensor logits = ops.at("down").linear(act, downWeight.value(), downBias.value());
        act.close();
        return logits;
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
