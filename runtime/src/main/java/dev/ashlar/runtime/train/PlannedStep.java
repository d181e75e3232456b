package dev.ashlar.runtime.train;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.dist.Layout;
import dev.ashlar.runtime.dist.Mesh;
import dev.ashlar.runtime.dist.Traffic;
import dev.ashlar.runtime.dist.Transport;
import dev.ashlar.runtime.engine.Collectives;
import dev.ashlar.runtime.engine.DeviceKind;
import dev.ashlar.runtime.engine.DeviceMemory;
import dev.ashlar.runtime.engine.Engine;
import dev.ashlar.runtime.engine.Ops;
import dev.ashlar.runtime.engine.Optimizer;
import dev.ashlar.runtime.engine.Parameter;
import dev.ashlar.runtime.engine.ParameterStore;
import dev.ashlar.runtime.engine.Reductions;
import dev.ashlar.runtime.engine.WholeDownload;
import dev.ashlar.runtime.io.Checkpoint;
import dev.ashlar.runtime.io.NameMap;
import dev.ashlar.runtime.launch.Ranks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What all written step classes have in common: checks, order of the passes, files. The written class holds the plan itself. Its constructor
 * creates the parameters from {@link #store} and calls {@link #ready()} last.
 *
 * @param <B> the record of one batch
 */
public abstract class PlannedStep<B> implements Step<B> {
    /** The operators, on the plan's device. */
    protected final Ops ops;

    /** This rank's place among those that execute the plan. */
    protected final Mesh mesh;

    /** What ranks do together. */
    protected final Collectives collectives;

    /** Sums of gradients that run while backward goes on. */
    protected final Reductions reductions;

    /** Where the written class creates its parameters; closed with the step. */
    protected final ParameterStore store;

    private final PlanInfo plan;
    private final Settings settings;
    private final Seed seed;
    private final int rank;
    private final int restarts;
    private final Engine engine;
    private final InputCheck inputCheck;
    private final RecordedStep recorded;
    private final StepFiles files;
    private final StepGuard guard;
    private @Nullable Optimizer optimizer;
    private Map<String, Float> losses = Map.of();
    private double rate;
    private long updates;
    private long passes;
    private int accumulated;

    /**
     * Opens the plan's device.
     *
     * @throws AshlarException if the ranks or the settings do not fit the plan
     */
    protected PlannedStep(PlanInfo plan, Ranks ranks, Seed seed, Settings settings) {
        requireFitting(plan, ranks, settings);
        this.plan = plan;
        this.settings = settings;
        this.seed = seed;
        this.restarts = ranks.restarts();
        this.inputCheck = new InputCheck(plan.inputs());
        ranks.requireAgreement("the plan " + plan.plan() + " (planHash)", plan.planHash());
        this.rank = ranks.rank();
        DeviceKind device = device(plan);
        Engine.require(device, ranks.localRank());
        this.mesh = ranks.mesh(
                plan.mesh(), device == DeviceKind.CUDA ? Transport.cuda(ranks.localRank()) : Transport.host());
        this.engine = Engine.open(device, ranks.localRank(), plan.precision(), seed, settings.debug(), mesh);
        this.recorded = new RecordedStep(engine, mesh, settings.graph());
        this.ops = engine.ops();
        this.collectives = engine.collectives();
        this.reductions = engine.reductions();
        this.store = new ParameterStore(engine);
        this.files = new StepFiles(plan, ranks, mesh, store, ops, mesh.watch().board());
        this.guard = new StepGuard(plan, rank, ops, mesh.watch(), () -> updates);
    }

    @Override
    public int rank() {
        return rank;
    }

    private static void requireFitting(PlanInfo plan, Ranks ranks, Settings settings) {
        if (ranks.worldSize() != plan.worldSize()) {
            throw new AshlarException("the plan " + plan.plan() + " is for " + plan.worldSize() + " ranks, but "
                    + ranks.worldSize() + " were started; start " + plan.worldSize() + " or plan another mesh");
        }
        if (settings.clips() && !plan.clipping()) {
            throw new AshlarException("the plan " + plan.plan() + " has no clipping, but the norm shall be clipped to "
                    + settings.clipNorm() + "; set @Train(clipping = true) and compile again");
        }
    }

    private static DeviceKind device(PlanInfo plan) {
        return plan.device().contains("cpu") ? DeviceKind.CPU : DeviceKind.CUDA;
    }

    /** Ends the written class' constructor: allocates the optimizer's state. */
    protected final void ready() {
        optimizer = plan.optimizer().create(settings.optimizer(), store.all(), engine, mostUpdatedAtOnce());
    }

    /** The batch's inputs in the order of {@link PlanInfo#inputs()}. */
    protected abstract List<HostTensor> inputs(B batch);

    /**
     * The forward and backward passes. Gradients of {@code weight} times the weighted sum of the losses are added to the parameters.
     *
     * @param inputs on the device, owned: closed by this method
     * @return the losses, owned by the caller, in the order of {@link #lossNames()}
     */
    protected abstract Tensor[] forwardBackward(Tensor[] inputs, double weight);

    /**
     * To be called by {@link #forwardBackward} when the losses are final: where a whole step is recorded, the host reads them while
     * backward runs.
     *
     * @return the argument
     */
    protected final Tensor[] known(Tensor[] losses) {
        recorded.known(losses);
        return losses;
    }

    /** The losses in evaluation, in the order of {@link #lossNames()}; closes the inputs. */
    protected abstract Tensor[] losses(Tensor[] inputs);

    /** The outputs in evaluation, in the order of {@link #outputNames()}; closes the inputs. */
    protected abstract Tensor[] outputs(Tensor[] inputs);

    /** The names of the methods with {@code @Loss}. */
    protected abstract List<String> lossNames();

    /** The weights of the losses, in the order of {@link #lossNames()}. */
    protected abstract double[] lossWeights();

    /** The names of the methods with {@code @Output}. */
    protected abstract List<String> outputNames();

    /** The layouts of the outputs, in the order of {@link #outputNames()}. */
    protected List<Layout> outputLayouts() {
        return outputNames().stream().map(name -> Layout.whole()).toList();
    }

    /** Whether {@link #forwardBackward} updates the parameters by {@link #update(Parameter)}. */
    protected boolean updatesInBackward() {
        return false;
    }

    /** How many numbers of a parameter the optimizer updates at once; all of them unless the plan says otherwise. */
    protected long mostUpdatedAtOnce() {
        return Long.MAX_VALUE;
    }

    /** Updates a parameter whose gradient is complete, in a plan that updates in backward; its gradient is closed. */
    protected final void update(Parameter parameter) {
        optimizer().update(List.of(parameter), rate, Double.POSITIVE_INFINITY);
        parameter.gather(collectives);
    }

    @Override
    public final float train(B batch, double learningRate) {
        guard.requireUsable();
        requireRate(learningRate);
        if (accumulated > 0) {
            throw new AshlarException(
                    accumulated + " batches are accumulated and not yet applied; call update before train");
        }
        if (recorded.isDue() && optimizer().recordable(settings.clipNorm())) {
            return replay(batch, learningRate);
        }
        float loss = trainAtOnce(batch, learningRate);
        recorded.counted();
        return loss;
    }

    /** A whole step at once: a loss that is not finite is found after the update. */
    private float replay(B batch, double learningRate) {
        List<HostTensor> inputs = checked(batch);
        List<List<HostTensor>> parts =
                microBatches().parts(inputs).stream().map(this::own).toList();
        RecordedStep.Body body = new RecordedStep.Body(
                this::begin, part -> forwardBackward(part, 1), () -> updateParameters(learningRate));
        return guarded(() -> {
            rate = learningRate;
            mesh.watch().step(updates);
            optimizer().rate(learningRate);
            losses = named(recorded.run(parts, microBatches().shares(inputs), body));
            float loss = weighted(losses);
            store.all().forEach(Parameter::updated);
            passes++;
            updates++;
            requireFinite(loss);
            return loss;
        });
    }

    /**
     * Updates behind backward what that has not updated. A device that runs behind the host gets its update before the host waits for the
     * loss, else it would wait for the host.
     */
    private float trainAtOnce(B batch, double learningRate) {
        List<HostTensor> inputs = checked(batch);
        boolean ahead = engine.device() != DeviceKind.CPU;
        return guarded(() -> {
            rate = learningRate;
            float loss = pass(inputs, 1, ahead ? () -> updateParameters(learningRate) : () -> {});
            requireFinite(loss);
            if (!ahead) {
                updateParameters(learningRate);
            }
            updates++;
            return loss;
        });
    }

    /** How a batch is split; as a whole unless the plan says otherwise. */
    protected MicroBatches microBatches() {
        return MicroBatches.ONE;
    }

    /** Before the first operator of a pass. */
    private void begin() {
        collectives.changed();
        store.complete(collectives);
    }

    /** @param behind runs behind backward, before the host waits for the loss */
    private float pass(List<HostTensor> inputs, double weight, Runnable behind) {
        engine.step(passes);
        mesh.watch().step(updates);
        begin();
        float loss = inParts(inputs, (part, share) -> forwardBackward(upload(part), weight * share), behind);
        passes++;
        return loss;
    }

    /** Runs a part of the batch. */
    private interface Pass {
        Tensor[] run(List<HostTensor> part, double share);
    }

    /** The losses of the batch, put together from those of its parts. */
    private float inParts(List<HostTensor> inputs, Pass pass, Runnable behind) {
        MicroBatches parts = microBatches();
        double sum = 0;
        Map<String, Float> together = new LinkedHashMap<>();
        for (int i = 0; i < parts.count(); i++) {
            engine.part(i);
            List<HostTensor> part = parts.part(inputs, i);
            double share = parts.share(inputs, part);
            Tensor[] made = pass.run(part, share);
            if (i == parts.count() - 1) {
                behind.run();
            }
            Map<String, Float> own = named(lossNames(), made, ops::item);
            sum += share * weighted(own);
            own.forEach((name, loss) -> together.merge(name, (float) (share * loss), Float::sum));
        }
        engine.part(0);
        losses = Collections.unmodifiableMap(together);
        return (float) sum;
    }

    private void updateAll(double learningRate) {
        updateParameters(learningRate);
        updates++;
    }

    @Override
    public final float accumulate(B batch, double weight) {
        if (!Double.isFinite(weight)) {
            throw new AshlarException("a batch cannot have the weight " + weight + "; give a finite number");
        }
        if (updatesInBackward()) {
            throw new AshlarException("the plan " + plan.plan() + " updates parameters in backward to save memory, so"
                    + " that gradients of several batches cannot be added up; call train, or set @Train(clipping ="
                    + " true), which plans the update at the end, and compile again");
        }
        List<HostTensor> inputs = checked(batch);
        return guarded(() -> {
            float loss = pass(inputs, weight, () -> {});
            accumulated++;
            requireFinite(loss);
            return loss;
        });
    }

    @Override
    public final void update(double learningRate) {
        guard.requireUsable();
        requireRate(learningRate);
        if (accumulated == 0) {
            throw new AshlarException("there are no gradients to update with; call accumulate first");
        }
        guarded(() -> {
            updateAll(learningRate);
            accumulated = 0;
            return updates;
        });
    }

    private void updateParameters(double learningRate) {
        List<Parameter> due =
                store.all().stream().filter(p -> p.gradient() != null).toList();
        store.all().forEach(Parameter::awaitCompletion);
        optimizer().update(due, learningRate, settings.clipNorm());
        due.forEach(p -> p.gather(collectives));
    }

    @Override
    public final float evaluate(B batch) {
        List<HostTensor> inputs = checked(batch);
        return guarded(() -> {
            begin();
            return inParts(inputs, (part, share) -> losses(upload(part)), () -> {});
        });
    }

    @Override
    public final Map<String, Float> losses() {
        return losses;
    }

    @Override
    public final Map<String, HostTensor> forward(B batch) {
        List<HostTensor> inputs = checked(batch);
        return guarded(() -> {
            begin();
            MicroBatches parts = microBatches();
            Map<String, HostTensor> made = new LinkedHashMap<>();
            for (int i = 0; i < parts.count(); i++) {
                whole(outputs(upload(parts.part(inputs, i))))
                        .forEach((name, output) -> made.merge(name, output, HostTensor::append));
            }
            return Collections.unmodifiableMap(made);
        });
    }

    @Override
    public final long updates() {
        return updates;
    }

    @Override
    public final void load(Path file, NameMap names) {
        guard.requireUsable();
        try (ModelLoad load = ModelLoad.open(file, names, store)) {
            guarded(() -> {
                engine.settle();
                files.meet();
                load.assign();
                forgetGradients();
                return file;
            });
        }
    }

    @Override
    public final void save(Path file) {
        guard.requireUsable();
        guarded(() -> files.save(file, collectives));
    }

    @Override
    public final PendingCheckpoint checkpointLater(Path directory, long dataPosition, Runnable committed) {
        guard.requireUsable();
        if (accumulated > 0) {
            throw new AshlarException(
                    "a checkpoint holds no gradients, and " + accumulated + " batches wait; call update first");
        }
        return files.checkpoint(
                directory,
                new Checkpoint.Manifest(
                        plan.model(),
                        plan.modelHash(),
                        plan.planHash(),
                        updates,
                        passes,
                        seed.value(),
                        dataPosition,
                        plan.worldSize()),
                optimizer(),
                committed);
    }

    @Override
    public final Checkpoint.Manifest resume(Path directory) {
        guard.requireUsable();
        guarded(engine::settle);
        Checkpoint.Manifest manifest = files.manifest(directory, seed);
        files.resume(directory, manifest, optimizer(), this::guarded);
        forgetGradients();
        updates = manifest.updates();
        passes = manifest.passes();
        return manifest;
    }

    @Override
    public final PlanInfo plan() {
        return plan;
    }

    @Override
    public final int restarts() {
        return restarts;
    }

    /** What this rank has sent to others. */
    public final Traffic traffic() {
        return mesh.traffic();
    }

    /** The memory of the device, where it has its own. */
    public final Optional<DeviceMemory> memory() {
        return engine.memory();
    }

    /** The peak of {@link #memory} starts again. */
    public final void resetPeak() {
        engine.resetPeak();
    }

    @Override
    public final ParameterStore parameters() {
        return store;
    }

    @Override
    public final void close() {
        if (guard.closed()) {
            return;
        }
        guard.close();
        try {
            if (!guard.failed()) {
                guarded(engine::settle);
            }
        } finally {
            free();
        }
    }

    private void free() {
        if (guard.failed()) {
            mesh.abort(); // what is under way may wait for others for ever
        }
        recorded.close();
        if (optimizer != null) {
            optimizer.close();
        }
        store.close();
        engine.close();
        mesh.close();
    }

    private void forgetGradients() {
        store.all().forEach(Parameter::clearGradient);
        accumulated = 0;
    }

    private Optimizer optimizer() {
        if (optimizer == null) {
            throw new IllegalStateException("the constructor of " + getClass().getName() + " does not call ready()");
        }
        return optimizer;
    }

    private List<HostTensor> checked(B batch) {
        guard.requireUsable();
        List<HostTensor> inputs = inputs(batch);
        inputCheck.check(inputs);
        return inputs;
    }

    /** This rank's parts of the inputs. */
    private List<HostTensor> own(List<HostTensor> inputs) {
        List<HostTensor> own = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            own.add(mesh.part(inputs.get(i), plan.inputs().get(i).layout()));
        }
        return own;
    }

    private Tensor[] upload(List<HostTensor> inputs) {
        return own(inputs).stream().map(ops::upload).toArray(Tensor[]::new);
    }

    private Map<String, HostTensor> whole(Tensor[] outputs) {
        Iterator<Layout> layouts = outputLayouts().iterator();
        Iterator<String> names = outputNames().iterator();
        return named(
                outputNames(),
                outputs,
                output -> new WholeDownload(ops, collectives.at(names.next())).of(output, layouts.next()));
    }

    private float weighted(Map<String, Float> named) {
        double[] weights = lossWeights();
        double sum = 0;
        int i = 0;
        for (float loss : named.values()) {
            sum += weights[i++] * loss;
        }
        return (float) sum;
    }

    private Map<String, Float> named(float[] values) {
        Map<String, Float> named = new LinkedHashMap<>();
        for (int i = 0; i < values.length; i++) {
            named.put(lossNames().get(i), values[i]);
        }
        return Collections.unmodifiableMap(named);
    }

    /** Reads and closes the tensors. */
    private static <T> Map<String, T> named(List<String> names, Tensor[] tensors, Function<Tensor, T> read) {
        Map<String, T> values = new LinkedHashMap<>();
        for (int i = 0; i < tensors.length; i++) {
            try (Tensor tensor = tensors[i]) {
                values.put(names.get(i), read.apply(tensor));
            }
        }
        return Collections.unmodifiableMap(values);
    }

    private void requireFinite(float loss) {
        if (!Float.isFinite(loss)) {
            throw new AshlarException("the loss is " + loss + " " + losses + "; lower the learning rate, or run with -D"
                    + Settings.DEBUG_PROPERTY + "=true to find the operator");
        }
    }

    private static void requireRate(double learningRate) {
        if (!(learningRate >= 0) || Double.isInfinite(learningRate)) {
            throw new AshlarException(
                    "the learning rate is " + learningRate + "; give a finite number that is not negative");
        }
    }

    private void guarded(Runnable body) {
        guard.run(() -> {
            body.run();
            return updates;
        });
    }

    private <T> T guarded(Supplier<T> body) {
        return guard.run(body);
    }
}
