package dev.ashlar.runtime.train;

import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.dist.Mesh;
import dev.ashlar.runtime.dist.Traffic;
import dev.ashlar.runtime.engine.Engine;
import dev.ashlar.runtime.engine.Feed;
import dev.ashlar.runtime.engine.Recording;
import dev.ashlar.runtime.engine.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    private final Mesh mesh;
    private final boolean wanted;
    private final List<Feed> inputs = new ArrayList<>();
    private @Nullable Recording recording;
    private @Nullable Report losses;
    private boolean records;
    private Map<Traffic.Place, Traffic.Amount> sent = Map.of();
    private int steps;

    RecordedStep(Engine engine, Mesh mesh, boolean wanted) {
        this.engine = engine;
        this.mesh = mesh;
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
     * Runs a step. The device may still be at its backward and its update when this returns, so that the host has the next step ready in
     * time; whatever the device is given next comes behind them.
     *
     * @param batch this rank's part of it
     * @param body takes the inputs, which it closes, and gives the losses
     * @return the losses
     */
    float[] run(List<HostTensor> batch, Function<Tensor[], Tensor[]> body) {
        Recording step = recording;
        if (step == null) {
            batch.forEach(input -> inputs.add(engine.feed(input)));
            step = record(body);
        } else {
            for (int i = 0; i < batch.size(); i++) {
                inputs.get(i).next(batch.get(i));
            }
            mesh.traffic().again(sent);
        }
        Report report = Objects.requireNonNull(losses);
        report.expect();
        step.replay();
        return report.await();
    }

    private Recording record(Function<Tensor[], Tensor[]> body) {
        Recording[] made = new Recording[1];
        sent = mesh.traffic().during(() -> made[0] = engine.record(() -> recorded(body)));
        Recording known = made[0];
        mesh.holdUntilAbort(known::abandon);
        recording = known;
        return known;
    }

    private void recorded(Function<Tensor[], Tensor[]> body) {
        records = true;
        Tensor[] made = body.apply(
                inputs.stream().map(input -> engine.ops().share(input.tensor())).toArray(Tensor[]::new));
        known(made);
        records = false;
        for (Tensor loss : made) {
            loss.close();
        }
    }

    /** Losses are final; those of a recorded step are told from here, if they were not before. */
    void known(Tensor[] made) {
        if (records && losses == null) {
            losses = engine.report(List.of(made));
        }
    }

    @Override
    public void close() {
        if (recording != null) {
            recording.close();
            recording = null;
        }
        if (losses != null) {
            losses.close();
            losses = null;
        }
        inputs.forEach(Feed::close);
        inputs.clear();
    }
}
