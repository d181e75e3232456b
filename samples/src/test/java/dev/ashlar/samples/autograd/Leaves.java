package dev.ashlar.samples.autograd;

import dev.ashlar.runtime.engine.Parameter;
import dev.ashlar.runtime.engine.ParameterStore;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/** The values of a store's parameters as leaves of autograd, on the same storage: an optimizer of the store updates both. */
public final class Leaves implements AutoCloseable {
    private final ParameterStore store;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, TensorOptional> optionals = new LinkedHashMap<>();

    /** Trainable parameters require gradients from here on. */
    public Leaves(ParameterStore store) {
        this.store = store;
        for (Parameter parameter : store.all()) {
            Tensor leaf = parameter.value().detach();
            if (parameter.trainable()) {
                leaf.set_requires_grad(true);
            }
            tensors.put(parameter.name(), leaf);
            optionals.put(parameter.name(), new TensorOptional(leaf));
        }
    }

    /** The leaf of this name; borrowed. */
    public Tensor get(String name) {
        Tensor leaf = tensors.get(name);
        if (leaf == null) {
            throw new IllegalArgumentException("no parameter '" + name + "' among " + tensors.keySet());
        }
        return leaf;
    }

    /** The leaf as an optional argument; borrowed. */
    public TensorOptional optional(String name) {
        get(name);
        return optionals.get(name);
    }

    /** Moves the gradients into the store, from where its optimizer takes them. */
    public void handOver() {
        for (Parameter parameter : store.all()) {
            if (parameter.trainable()) {
                Tensor leaf = get(parameter.name());
                parameter.addGradient(new Tensor(leaf.grad()));
                leaf.mutable_grad().reset();
            }
        }
    }

    @Override
    public void close() {
        optionals.values().forEach(TensorOptional::close);
        tensors.values().forEach(Tensor::close);
    }
}
