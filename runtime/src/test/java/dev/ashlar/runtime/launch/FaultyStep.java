package dev.ashlar.runtime.launch;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.Init;
import dev.ashlar.runtime.engine.OptimizerKind;
import dev.ashlar.runtime.engine.Parameter;
import dev.ashlar.runtime.engine.Precision;
import dev.ashlar.runtime.train.InputInfo;
import dev.ashlar.runtime.train.PlanInfo;
import dev.ashlar.runtime.train.PlannedStep;
import dev.ashlar.runtime.train.Settings;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A step over ranks along one mesh axis, in one of whose updates something goes wrong with one rank. */
final class FaultyStep extends PlannedStep<HostTensor> {
    private static final long ROWS = 8;
    private static final long COLUMNS = 4096;
    /** Takes Gloo long enough that a process can be killed while it lasts. */
    private static final long LARGE = 48 << 20;

    private final Fault fault;
    private final boolean faulty;
    private final int at;
    private final Parameter weight;

    private FaultyStep(PlanInfo plan, Ranks ranks, Fault fault, int at) {
        super(plan, ranks, Seed.of(1), Settings.defaults(plan.optimizer()));
        this.fault = fault;
        this.at = at;
        this.faulty = ranks.rank() == fault.rank();
        weight = store.trainable(
                "w", Init.uniform(0.1), /* decay= */ false, mesh.size(0) > 1 ? "[S0]" : "[R]", ROWS, COLUMNS);
        ready();
    }

    /** @param at number of updates after which it goes wrong */
    static FaultyStep open(Ranks ranks, Fault fault, int planned, int at) {
        PlanInfo plan = new PlanInfo(
                "M",
                "P",
                "m",
                fault == Fault.OTHER_PLAN && ranks.rank() == 1 ? "another" : "p",
                "cpu",
                List.of(planned),
                Precision.FP32,
                OptimizerKind.ADAMW,
                false,
                1 << 22,
                1 << 21,
                1 << 18,
                1 << 19,
                List.of(InputInfo.values("x", DType.FLOAT32, 1)),
                List.of());
        return new FaultyStep(plan, ranks, fault, at);
    }

    private boolean now(Fault what) {
        boolean now = faulty && fault == what && updates() == at;
        if (now) {
            Fault.announce();
        }
        return now;
    }

    @Override
    protected Tensor[] forwardBackward(Tensor[] inputs, double lossWeight) {
        inputs[0].close();
        if (now(Fault.KILLED_BEFORE) || now(Fault.KILLED_FIRST)) {
            Fault.kill();
        }
        if (now(Fault.STOPPED)) {
            Fault.signal("STOP");
        }
        if (now(Fault.THROWS)) {
            throw new AshlarException("there is no data left; add some");
        }
        if (now(Fault.THROWS_ERROR)) {
            throw new OutOfMemoryError("Java heap space");
        }
        if (now(Fault.KILLED_INSIDE)) {
            Thread killer = new Thread(() -> {
                Fault.pause(40);
                Fault.kill();
            });
            killer.setDaemon(true);
            killer.start();
        }
        if (fault == Fault.KILLED_INSIDE && updates() == at) {
            try (Tensor large = torch.zeros(LARGE)) {
                collectives.at("large").allReduce(large, 0).close();
            }
        }
        Tensor sum = weight.value().square().sum();
        Tensor loss = collectives.at("first").allReduceInPlace(sum, 0);
        if (now(Fault.KILLED_AFTER)) {
            Fault.kill();
        }
        if (now(Fault.SLOW)) {
            Fault.pause(60_000);
        }
        collectives.at("second").allReduce(loss, 0).close();
        weight.addGradient(weight.value().add(weight.value()));
        return new Tensor[] {loss};
    }

    @Override
    protected List<HostTensor> inputs(HostTensor batch) {
        return List.of(batch);
    }

    @Override
    public HostTensor batch(List<HostTensor> inputs) {
        return inputs.get(0);
    }

    @Override
    protected Tensor[] losses(Tensor[] inputs) {
        throw new UnsupportedOperationException();
    }

    @Override
    protected Tensor[] outputs(Tensor[] inputs) {
        throw new UnsupportedOperationException();
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
        return List.of();
    }
}
