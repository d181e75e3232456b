package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.DType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * The parameters of a model in the order of their creation. The first values depend on seed, name and shape alone,
 * and not on how the parameters lie on the mesh. Shapes are those of whole tensors.
 */
public final class ParameterStore implements AutoCloseable {
    private final KernelContext context;
    private final InitialValues values;
    private final TransferKernels transfer;
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();

    /** An empty store on the engine's device, in its precision. */
    public ParameterStore(Engine engine) {
        this.context = engine.context();
        this.values = new InitialValues(engine.seed());
        this.transfer = new TransferKernels(context);
    }

    /**
     * Creates a parameter that is trained.
     *
     * @param decay whether weight decay applies
     */
    public Parameter trainable(String name, Init init, boolean decay, long... shape) {
        return add(name, Parameter.Kind.TRAINABLE, decay, init, ParameterLayout.whole(), shape);
    }

    /**
     * Creates a parameter of which this rank has a part.
     *
     * @param decay whether weight decay applies
     * @param layout {@code "[S0, R]"}, or {@code "[S0, S1] -> [S0, R]"} where a rank updates a part of what it has, and gathers the rest
     */
    public Parameter trainable(String name, Init init, boolean decay, String layout, long... shape) {
        return add(name, Parameter.Kind.TRAINABLE, decay, init, ParameterLayout.parse(layout), shape);
    }

    /** Creates a parameter that keeps its value. */
    public Parameter frozen(String name, Init init, long... shape) {
        return add(name, Parameter.Kind.FROZEN, false, init, ParameterLayout.whole(), shape);
    }

    /** As {@link #frozen(String, Init, long...)}, of which this rank has a part. */
    public Parameter frozen(String name, Init init, String layout, long... shape) {
        return add(name, Parameter.Kind.FROZEN, false, init, ParameterLayout.parse(layout), shape);
    }

    /** Creates a tensor that operators update, such as a running mean; always in 32-bit floats. */
    public Parameter buffer(String name, Init init, long... shape) {
        return add(name, Parameter.Kind.BUFFER, false, init, ParameterLayout.whole(), shape);
    }

    /** As {@link #buffer(String, Init, long...)}, of which this rank has a part. */
    public Parameter buffer(String name, Init init, String layout, long... shape) {
        return add(name, Parameter.Kind.BUFFER, false, init, ParameterLayout.parse(layout), shape);
    }

    /**
     * Starts to bring this rank what others have updated, in the order in which passes read it as far as that is known. All ranks have to call
     * it before a pass.
     */
    public void complete(Collectives collectives) {
        context.completions()
                .begin(
                        collectives,
                        parameters.values().stream().map(Parameter::completion).toList());
    }

    /** All, in order of creation. */
    public List<Parameter> all() {
        return List.copyOf(parameters.values());
    }

    /**
     * The parameter of this name.
     *
     * @throws AshlarException if there is none
     */
    public Parameter get(String name) {
        Parameter found = parameters.get(name);
        if (found == null) {
            throw new AshlarException(
                    "There is no parameter '" + name + "'; the model has " + parameters.keySet() + ".");
        }
        return found;
    }

    /** Bytes of values and masters. */
    public long bytes() {
        long bytes = 0;
        for (Parameter parameter : parameters.values()) {
            bytes += parameter.bytes();
        }
        return bytes;
    }

    private Parameter add(
            String name, Parameter.Kind kind, boolean decay, Init init, ParameterLayout layout, long[] shape) {
        if (parameters.containsKey(name)) {
            throw new AshlarException("Two parameters are named '" + name + "'; give one of them another name.");
        }
        try (Tensor drawn = context.emptyOnHost(DType.FLOAT32, shape)) {
            values.fill(name, init, drawn);
            Parameter parameter = new Parameter(name, kind, decay, layout, drawn, context, transfer);
            parameters.put(name, parameter);
            return parameter;
        }
    }

    /** Frees all values and gradients. */
    @Override
    public void close() {
        parameters.values().forEach(Parameter::close);
        parameters.clear();
    }
}
