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
    /** By part of the batch. */
    private final List<List<Feed>> inputs = new ArrayList<>();
    /** What each part counts. */
    private @Nullable Feed shares;

    private @Nullable Recording recording;
    private @Nullable Report losses;
    private boolean records;
    private int part;
    private @Nullable Tensor share;
    /** Of the parts whose losses are known, the sums of these. */
    private final List<Tensor> sums = new ArrayList<>();

    private int known;
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
     * What a step does.
     *
     * @param before all parts
     * @param pass takes the inputs of a part, which it closes, adds to the gradients and gives the losses of the part
     * @param behind all parts, whose gradients are there
     */
    record Body(Runnable before, Function<Tensor[], Tensor[]> pass, Runnable behind) {}

    /**
     * Runs a step. The device may still be at its backward and its update when this returns, so that the host has the next step ready in
     * time; whatever the device is given next comes behind them. All inputs have been taken by then: the
     * stream copies them before it comes to the losses.
     *
     * @param parts of the batch, as this rank has them
     * @param counts what each part counts; together 1
     * @return the losses of the batch
     */
    float[] run(List<List<HostTensor>> parts, float[] counts, Body body) {
        Recording step = recording;
        if (step == null) {
            parts.forEach(part -> inputs.add(part.stream().map(engine::feed).toList()));
            shares = engine.feed(counts);
            step = record(body);
        } else {
            for (int i = 0; i < parts.size(); i++) {
                for (int k = 0; k < parts.get(i).size(); k++) {
                    inputs.get(i).get(k).next(parts.get(i).get(k));
                }
            }
            Objects.requireNonNull(shares).next(HostTensor.of(counts, counts.length));
            mesh.traffic().again(sent);
        }
        Report report = Objects.requireNonNull(losses);
        report.expect();
        step.replay();
        return report.await();
    }

    private Recording record(Body body) {
        Recording[] made = new Recording[1];
        sent = mesh.traffic().during(() -> made[0] = engine.record(() -> recorded(body)));
        Recording known = made[0];
        mesh.holdUntilAbort(known::abandon);
        recording = known;
        return known;
    }

    private void recorded(Body body) {
        records = true;
        body.before().run();
        if (inputs.size() == 1) {
            pass(body);
        } else {
            inParts(body);
        }
        body.behind().run();
        records = false;
    }

    private void inParts(Body body) {
        try (Tensor all = Objects.requireNonNull(shares).load()) {
            for (part = 0; part < inputs.size(); part++) {
                try (Tensor own = all.select(0, part)) {
                    share = own;
                    engine.share(own);
                    engine.part(part);
                    pass(body);
                }
            }
        }
        share = null;
        engine.share(null);
        engine.part(0);
        sums.forEach(Tensor::close);
        sums.clear();
    }

    private void pass(Body body) {
        Tensor[] made =
                body.pass().apply(inputs.get(part).stream().map(Feed::load).toArray(Tensor[]::new));
        known(made);
        for (Tensor loss : made) {
            loss.close();
        }
    }

    /** Losses of a part are final; with the last part's those of a recorded step are told from here, if they were not before. */
    void known(Tensor[] made) {
        if (!records || known > part) {
            return;
        }
        known++;
        List<Tensor> all = share == null ? List.of(made) : added(made, share);
        if (known == inputs.size()) {
            losses = engine.report(all);
        }
    }

    private List<Tensor> added(Tensor[] made, Tensor count) {
        for (int k = 0; k < made.length; k++) {
            Tensor weighted = engine.ops().multiply(made[k], count);
            if (sums.size() == k) {
                sums.add(weighted);
            } else {
                sums.set(k, engine.ops().accumulate(sums.get(k), weighted));
            }
        }
        return sums;
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
        if (shares != null) {
            shares.close();
            shares = null;
        }
        inputs.forEach(part -> part.forEach(Feed::close));
        inputs.clear();
    }
}
