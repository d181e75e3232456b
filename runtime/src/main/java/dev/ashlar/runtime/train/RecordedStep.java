package dev.ashlar.runtime.train;

import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.dist.Mesh;
import dev.ashlar.runtime.dist.Traffic;
import dev.ashlar.runtime.engine.Engine;
import dev.ashlar.runtime.engine.Ops;
import dev.ashlar.runtime.engine.Recording;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A whole step as one run of kernels: after some steps kernel by kernel, in which libraries choose their algorithms and take their
 * memory, the next is recorded, and from then on replayed. On several ranks all record the same step, collectives with it.
 */
final class RecordedStep implements AutoCloseable {
    private static final int STEPS_BEFORE = 3;

    private final Engine engine;
    private final Ops ops;
    private final Mesh mesh;
    private final boolean wanted;
    private final List<Tensor> inputs = new ArrayList<>();
    private Tensor[] losses = {};
    private @Nullable Recording recording;
    private Map<Traffic.Place, Traffic.Amount> sent = Map.of();
    private int steps;

    RecordedStep(Engine engine, Mesh mesh, boolean wanted) {
        this.engine = engine;
        this.mesh = mesh;
        this.ops = engine.ops();
        this.wanted = wanted;
    }

    /** A step ran kernel by kernel. */
    void counted() {
        steps++;
    }

    /** Whether the next step is recorded or replayed. */
    boolean isDue() {
        return recording != null || wanted && steps >= STEPS_BEFORE && engine.recordable();
    }

    /**
     * Runs a step.
     *
     * @param batch this rank's part of it
     * @param body takes the inputs, which it closes, and gives the losses
     * @return the losses; owned by the caller
     */
    Tensor[] run(List<HostTensor> batch, Function<Tensor[], Tensor[]> body) {
        upload(batch);
        Recording known = recording;
        if (known == null) {
            known = record(body);
        } else {
            mesh.traffic().again(sent);
        }
        known.replay();
        return handles(List.of(losses));
    }

    private Recording record(Function<Tensor[], Tensor[]> body) {
        Recording[] made = new Recording[1];
        sent = mesh.traffic().during(() -> made[0] = engine.record(() -> losses = body.apply(handles(inputs))));
        Recording known = made[0];
        mesh.holdUntilAbort(known::abandon);
        recording = known;
        return known;
    }

    /** To where the recording reads it. */
    private void upload(List<HostTensor> batch) {
        for (int i = 0; i < batch.size(); i++) {
            Tensor uploaded = ops.upload(batch.get(i));
            if (recording == null) {
                inputs.add(uploaded);
            } else {
                try (uploaded) {
                    inputs.get(i).copy_(uploaded);
                }
            }
        }
    }

    private Tensor[] handles(List<Tensor> tensors) {
        return tensors.stream().map(ops::share).toArray(Tensor[]::new);
    }

    @Override
    public void close() {
        for (Tensor loss : losses) {
            loss.close();
        }
        losses = new Tensor[0];
        inputs.forEach(Tensor::close);
        inputs.clear();
        if (recording != null) {
            recording.close();
            recording = null;
        }
    }
}
