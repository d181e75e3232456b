package dev.ashlar.runtime.train;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.dist.Board;
import dev.ashlar.runtime.dist.Layout;
import dev.ashlar.runtime.dist.Mesh;
import dev.ashlar.runtime.engine.Collectives;
import dev.ashlar.runtime.engine.Ops;
import dev.ashlar.runtime.engine.Optimizer;
import dev.ashlar.runtime.engine.Parameter;
import dev.ashlar.runtime.engine.ParameterStore;
import dev.ashlar.runtime.io.Checkpoint;
import dev.ashlar.runtime.io.CheckpointWriter;
import dev.ashlar.runtime.io.Safetensors;
import dev.ashlar.runtime.io.TensorFiles;
import dev.ashlar.runtime.io.TensorPart;
import dev.ashlar.runtime.launch.Ranks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;

/** One rank's share of a step's files: it writes what it owns and reads what it has. */
final class StepFiles {
    private static final long[] SCALAR = {};

    private final PlanInfo plan;
    private final Ranks ranks;
    private final Mesh mesh;
    private final ParameterStore store;
    private final Ops ops;
    private final Board board;
    private int checkpoints;
    private int loads;

    StepFiles(PlanInfo plan, Ranks ranks, Mesh mesh, ParameterStore store, Ops ops, Board board) {
        this.plan = plan;
        this.ranks = ranks;
        this.mesh = mesh;
        this.store = store;
        this.ops = ops;
        this.board = board;
    }

    /** Waits for all ranks, whose devices have done what they were given: one of them may have read what this rank changes next. */
    void meet() {
        loads++;
        ranks.requireAgreement("the number of loads", Integer.toString(loads));
    }

    /** Writes one file with whole tensors: each is put together on all ranks, and rank 0 writes it before the next. */
    void save(Path file, Collectives collectives) {
        List<Safetensors.Entry> entries = new ArrayList<>();
        for (Parameter parameter : store.all()) {
            entries.add(new Safetensors.Entry(
                    parameter.name(),
                    dtype(parameter.master()),
                    sizes(parameter.wholeShape()),
                    () -> whole(parameter, collectives)));
        }
        if (ranks.rank() == 0) {
            // "format" is what Hugging Face's readers ask for.
            Safetensors.write(file, entries, Map.of("format", "pt", "ashlar.plan", plan.plan()));
        } else {
            // Gathering takes all ranks, though the first alone writes.
            Safetensors.inFileOrder(entries)
                    .forEach(entry -> Objects.requireNonNull(entry.data().get()));
        }
    }

    private HostTensor whole(Parameter parameter, Collectives collectives) {
        Tensor part = ops.share(parameter.master());
        try (Tensor whole = collectives.at("save " + parameter.name()).whole(part, parameter.updatedLayout())) {
            return ops.download(whole);
        }
    }

    /**
     * Copies what this rank owns to the host and starts to write it.
     *
     * @param committed what rank 0 does when the checkpoint is complete on all ranks
     */
    PendingCheckpoint checkpoint(
            Path directory, Checkpoint.Manifest manifest, Optimizer optimizer, Runnable committed) {
        List<TensorPart> parameters = new ArrayList<>();
        for (Parameter parameter : store.all()) {
            add(parameters, parameter.name(), parameter.master(), parameter.updatedLayout(), parameter.wholeShape());
        }
        List<TensorPart> state = new ArrayList<>();
        optimizer.state().forEach((name, tensor) -> {
            Parameter parameter = optimizer.parameter(name);
            boolean counter = tensor.dim() == 0;
            add(
                    state,
                    name,
                    tensor,
                    counter ? Layout.whole() : parameter.updatedLayout(),
                    counter ? SCALAR : parameter.wholeShape());
        });
        checkpoints++;
        return PendingCheckpoint.start(
                directory,
                new CheckpointSave(
                        CheckpointWriter.to(directory),
                        manifest,
                        parameters,
                        state,
                        ranks.rank(),
                        board,
                        "checkpoint " + checkpoints,
                        ranks.limits().step(),
                        committed));
    }

    private void add(List<TensorPart> parts, String name, Tensor tensor, Layout layout, long[] whole) {
        if (mesh.owns(layout)) {
            HostTensor copied = ops.download(tensor);
            Safetensors.Entry entry = new Safetensors.Entry(name, dtype(tensor), sizes(copied.shape()), () -> copied);
            parts.add(new TensorPart(entry, sizes(mesh.origin(layout, whole)), sizes(whole)));
        }
    }

    private static DType dtype(Tensor tensor) {
        return switch (tensor.scalar_type().intern()) {
            case BFloat16 -> DType.BFLOAT16;
            case Long -> DType.INT64;
            default -> DType.FLOAT32;
        };
    }

    private static List<Long> sizes(long[] shape) {
        return Arrays.stream(shape).boxed().toList();
    }

    /**
     * Reads what a checkpoint says of itself.
     *
     * @throws AshlarException if there is none, it is damaged or another model's or seed's, or other ranks find another
     */
    Checkpoint.Manifest manifest(Path directory, Seed seed) {
        Checkpoint.Manifest manifest = Checkpoint.read(directory);
        requireOf(directory, manifest, seed);
        ranks.requireAgreement("the number of updates in " + directory, Long.toString(manifest.updates()));
        return manifest;
    }

    /**
     * Sets parameters and state; refuses what does not fit before it changes anything.
     *
     * @param guarded runs what may leave a step half done
     * @throws AshlarException if a file is missing or damaged, or a tensor is missing, superfluous or of another shape
     */
    void resume(Path directory, Checkpoint.Manifest manifest, Optimizer optimizer, Consumer<Runnable> guarded) {
        try (TensorFiles model = TensorFiles.open(Checkpoint.models(directory, manifest));
                TensorFiles state = TensorFiles.open(Checkpoint.optimizers(directory, manifest))) {
            requireFitting(directory, model);
            load(state, optimizer);
            guarded.accept(() -> store.all().forEach(each -> each.assign(model.read(each.name()))));
        }
    }

    private void requireFitting(Path directory, TensorFiles model) {
        for (Parameter parameter : store.all()) {
            List<Long> own = sizes(parameter.wholeShape());
            List<Long> theirs = model.shape(parameter.name());
            if (!own.equals(theirs)) {
                throw new AshlarException("the checkpoint " + directory + " gives the shape " + theirs
                        + " to the parameter '" + parameter.name() + "' of the shape " + own
                        + "; compile the plan with its dims");
            }
        }
    }

    private void load(TensorFiles files, Optimizer optimizer) {
        Map<String, Tensor> saved = new LinkedHashMap<>();
        try {
            for (String name : files.names()) {
                HostTensor whole = files.read(name);
                boolean cut = optimizer.state().containsKey(name) && whole.shape().length > 0;
                HostTensor part =
                        cut ? mesh.part(whole, optimizer.parameter(name).updatedLayout()) : whole;
                saved.put(name, ops.upload(part, DType.FLOAT32));
            }
            optimizer.load(saved);
        } finally {
            saved.values().forEach(Tensor::close);
        }
    }

    /** Another plan of the same model may continue, if not bit for bit; another model or seed may not. */
    private void requireOf(Path directory, Checkpoint.Manifest manifest, Seed seed) {
        if (!manifest.modelHash().equals(plan.modelHash())) {
            throw new AshlarException("the checkpoint " + directory + " is of the model " + manifest.model()
                    + " with other operators or sizes than " + plan.plan()
                    + " has; compile the plan that wrote it, or start in another directory");
        }
        if (manifest.seed() != seed.value()) {
            throw new AshlarException("the checkpoint " + directory + " was made with the seed " + manifest.seed()
                    + ", but this run has " + seed.value() + "; open the step with Seed.of(" + manifest.seed() + ")");
        }
    }
}
