package dev.ashlar.runtime.train;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.engine.Parameter;
import dev.ashlar.runtime.engine.ParameterStore;
import dev.ashlar.runtime.io.NameMap;
import dev.ashlar.runtime.io.Safetensors;
import dev.ashlar.runtime.io.TensorSource;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A file of parameters that fits the model: every name and shape was looked at before the first parameter changes. */
final class ModelLoad implements AutoCloseable {
    private final Safetensors file;
    private final Map<Parameter, TensorSource> sources;

    private ModelLoad(Safetensors file, Map<Parameter, TensorSource> sources) {
        this.file = file;
        this.sources = sources;
    }

    static ModelLoad open(Path path, NameMap names, ParameterStore store) {
        Safetensors file = Safetensors.open(path);
        try {
            return new ModelLoad(file, sources(path, file, names, store));
        } catch (AshlarException e) {
            file.close();
            throw e;
        }
    }

    private static Map<Parameter, TensorSource> sources(
            Path path, Safetensors file, NameMap names, ParameterStore store) {
        List<Parameter> parameters = store.all();
        Map<String, TensorSource> byName = names.sources(
                path, file, parameters.stream().map(Parameter::name).toList());
        Map<Parameter, TensorSource> sources = new LinkedHashMap<>();
        for (Parameter parameter : parameters) {
            TensorSource source = Objects.requireNonNull(byName.get(parameter.name()));
            requireFitting(path, file, source, parameter);
            sources.put(parameter, source);
        }
        return sources;
    }

    private static void requireFitting(Path path, Safetensors file, TensorSource source, Parameter parameter) {
        if (!file.floating(source.tensor())) {
            throw new AshlarException("the tensor '" + source.tensor() + "' of " + path
                    + " holds whole numbers, but the parameter '" + parameter.name()
                    + "' is floating; drop it in the name map, or map another");
        }
        List<Long> own = Arrays.stream(parameter.wholeShape()).boxed().toList();
        List<Long> theirs = source.shape(file);
        if (!theirs.equals(own)) {
            throw new AshlarException("the tensor '" + source.tensor() + "' of " + path + " gives the shape " + theirs
                    + " to the parameter '" + parameter.name() + "' of the shape " + own
                    + "; compile the plan with the file's dims, or correct the name map");
        }
    }

    void assign() {
        sources.forEach((parameter, source) -> parameter.assign(source.read(file)));
    }

    @Override
    public void close() {
        file.close();
    }
}
