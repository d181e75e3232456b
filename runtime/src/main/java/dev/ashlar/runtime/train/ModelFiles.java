package dev.ashlar.runtime.train;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.Ops;
import dev.ashlar.runtime.engine.Optimizer;
import dev.ashlar.runtime.engine.Parameter;
import dev.ashlar.runtime.engine.ParameterStore;
import dev.ashlar.runtime.io.Checkpoint;
import dev.ashlar.runtime.io.Safetensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** A model's parameters and an optimizer's state, to files and back. */
final class ModelFiles {
    private ModelFiles() {}

    static void save(Path file, ParameterStore store, Ops ops, PlanInfo plan) {
        // "format" is what Hugging Face's readers ask for.
        Safetensors.write(file, entries(store, ops), Map.of("format", "pt", "ashlar.plan", plan.plan()));
    }

    /** The masters where there are any: what training continues from. */
    static List<Safetensors.Entry> entries(ParameterStore store, Ops ops) {
        List<Safetensors.Entry> entries = new ArrayList<>();
        for (Parameter parameter : store.all()) {
            entries.add(entry(parameter.name(), parameter.master(), ops));
        }
        return entries;
    }

    static List<Safetensors.Entry> entries(Optimizer optimizer, Ops ops) {
        List<Safetensors.Entry> entries = new ArrayList<>();
        optimizer.state().forEach((name, tensor) -> entries.add(entry(name, tensor, ops)));
        return entries;
    }

    private static Safetensors.Entry entry(String name, Tensor tensor, Ops ops) {
        DType dtype = switch (tensor.scalar_type().intern()) {
            case BFloat16 -> DType.BFLOAT16;
            case Long -> DType.INT64;
            default -> DType.FLOAT32;
        };
        List<Long> shape = new ArrayList<>();
        for (int d = 0; d < tensor.dim(); d++) {
            shape.add(tensor.size(d));
        }
        return new Safetensors.Entry(name, dtype, shape, () -> ops.download(tensor));
    }

    /** Refuses what does not fit before it changes anything. */
    static void loadState(Path path, Optimizer optimizer, Ops ops) {
        Map<String, Tensor> saved = new LinkedHashMap<>();
        try (Safetensors file = Safetensors.open(path)) {
            for (String name : file.names()) {
                HostTensor state = file.read(name);
                saved.put(name, ops.upload(state, DType.FLOAT32));
            }
            optimizer.load(saved);
        } finally {
            saved.values().forEach(Tensor::close);
        }
    }

    /** Another plan of the same model may continue, if not bit for bit; another model or seed may not. */
    static void requireOf(Path directory, Checkpoint.Manifest manifest, PlanInfo plan, Seed seed) {
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
