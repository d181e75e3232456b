package dev.ashlar.processor.endtoend;

import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.engine.Parameter;
import dev.ashlar.runtime.engine.ParameterStore;
import dev.ashlar.runtime.train.InputInfo;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * libtorch's differentiable functions on copies of a step's parameters: what the written step is compared with. Tensors belong to the
 * scope of pointers that is open.
 */
final class Autograd {
    private static final long MEAN = 1;

    private final Map<String, Tensor> parameters = new HashMap<>();
    private final Map<String, Tensor> inputs = new HashMap<>();
    private final ScalarType type;
    private boolean training = true;

    /** @param type what it computes in */
    Autograd(ParameterStore store, ScalarType type) {
        this.type = type;
        for (Parameter parameter : store.all()) {
            Tensor copy = parameter.value().to(type).clone();
            if (parameter.kind() == Parameter.Kind.TRAINABLE) {
                copy.set_requires_grad(true);
            }
            parameters.put(parameter.name(), copy);
        }
    }

    /** Sets what {@link #input} finds. */
    void feed(List<InputInfo> infos, List<HostTensor> values) {
        for (int i = 0; i < infos.size(); i++) {
            Tensor value = tensor(values.get(i));
            inputs.put(infos.get(i).name(), value.is_floating_point() ? value.to(type) : value);
        }
    }

    void training(boolean on) {
        training = on;
    }

    static Tensor tensor(HostTensor host) {
        Tensor tensor = torch.empty(host.shape());
        if (host.dtype() == dev.ashlar.runtime.DType.FLOAT32) {
            try (FloatPointer data = tensor.data_ptr_float()) {
                data.put(host.floats(), 0, host.size());
            }
            return tensor;
        }
        Tensor ids = tensor.to(ScalarType.Long);
        try (LongPointer data = ids.data_ptr_long()) {
            data.put(host.longs(), 0, host.size());
        }
        return ids;
    }

    Tensor input(String name) {
        return found(inputs, name);
    }

    Tensor parameter(String name) {
        return found(parameters, name);
    }

    private static Tensor found(Map<String, Tensor> tensors, String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new AssertionError("no '" + name + "' in " + tensors.keySet());
        }
        return tensor;
    }

    private TensorOptional optional(String name) {
        return parameters.containsKey(name) ? new TensorOptional(parameters.get(name)) : new TensorOptional();
    }

    /** With a bias if there is one of that name. */
    Tensor linear(String name, Tensor x) {
        return torch.linear(x, parameter(name + ".weight"), optional(name + ".bias"));
    }

    Tensor embedding(String name, Tensor ids) {
        return torch.embedding(parameter(name + ".weight"), ids);
    }

    Tensor positionEmbedding(String name, Tensor x) {
        return x.add(parameter(name + ".weight").narrow(0, 0, x.size(1)));
    }

    Tensor layerNorm(String name, Tensor x) {
        long[] last = {x.size(-1)};
        return torch.layer_norm(x, last, optional(name + ".weight"), optional(name + ".bias"), 1e-5, false);
    }

    Tensor rmsNorm(String name, Tensor x) {
        return torch.rms_norm(x, new long[] {x.size(-1)}, optional(name + ".weight"), new DoubleOptional(1e-6));
    }

    /** {@code [b, s, (h e)] -> [b, h, s, e]}. */
    static Tensor heads(Tensor x, long heads) {
        return x.reshape(x.size(0), x.size(1), heads, x.size(2) / heads).transpose(1, 2);
    }

    /** {@code [b, h, s, e] -> [b, s, (h e)]}. */
    static Tensor merge(Tensor x) {
        return x.transpose(1, 2).reshape(x.size(0), x.size(2), x.size(1) * x.size(3));
    }

    /** Multi-head attention, which may read keys and values from elsewhere. */
    Tensor attention(String name, Tensor x, Tensor memory, long heads, long kvHeads, boolean causal, boolean rope) {
        Tensor q = heads(linear(name + ".q", x), heads);
        Tensor k = heads(linear(name + ".k", memory), kvHeads);
        Tensor v = heads(linear(name + ".v", memory), kvHeads);
        Tensor attended = rope
                ? attend(rotate(q), rotate(k), v, causal, kvHeads != heads)
                : attend(q, k, v, causal, kvHeads != heads);
        return linear(name + ".out", merge(attended));
    }

    static Tensor attend(Tensor q, Tensor k, Tensor v, boolean causal, boolean grouped) {
        return torch.scaled_dot_product_attention(
                q, k, v, new TensorOptional(), 0, causal, new DoubleOptional(), grouped);
    }

    /** Rotary embedding as in Hugging Face's LLaMA: x·cos + rotate_half(x)·sin with tables of angles repeated. */
    static Tensor rotate(Tensor x) {
        long e = x.size(3);
        Tensor exponents = torch.arange(new Scalar(e / 2)).to(ScalarType.Double).mul(new Scalar(-2.0 / e));
        Tensor frequencies = torch.pow(new Scalar(10000.0), exponents);
        Tensor positions = torch.arange(new Scalar(x.size(2))).to(ScalarType.Double);
        Tensor angles = torch.outer(positions, frequencies);
        Tensor both = torch.cat(new TensorVector(angles, angles), 1);
        Tensor cos = torch.cos(both).to(x.scalar_type());
        Tensor sin = torch.sin(both).to(x.scalar_type());
        Tensor turned = torch.cat(new TensorVector(x.narrow(3, e / 2, e / 2).neg(), x.narrow(3, 0, e / 2)), 3);
        return x.mul(cos).add(turned.mul(sin));
    }

    static Tensor gelu(Tensor x) {
        return torch.gelu(x, "tanh");
    }

    static Tensor scale(Tensor x, double factor) {
        return x.mul(new Scalar(factor));
    }

    /** A square kernel, stride and padding. */
    Tensor conv2d(String name, Tensor x, long stride, long padding, long groups) {
        long[] strides = {stride, stride};
        long[] paddings = {padding, padding};
        TensorOptional bias = optional(name + ".bias");
        return torch.conv2d(x, parameter(name + ".weight"), bias, strides, paddings, new long[] {1, 1}, groups);
    }

    /** Updates the running statistics in training, reads them in evaluation. */
    Tensor batchNorm(String name, Tensor x) {
        return torch.batch_norm(
                x,
                optional(name + ".weight"),
                optional(name + ".bias"),
                optional(name + ".running_mean"),
                optional(name + ".running_var"),
                training,
                0.1,
                1e-5,
                false);
    }

    static Tensor maxPool2d(Tensor x, long kernel, long stride, long padding) {
        return torch.max_pool2d(
                x,
                new long[] {kernel, kernel},
                new long[] {stride, stride},
                new long[] {padding, padding},
                new long[] {1, 1},
                false);
    }

    static Tensor crossEntropy(Tensor logits, Tensor targets, double smoothing) {
        Tensor rows = logits.reshape(-1, logits.size(-1));
        return torch.cross_entropy_loss(rows, targets.reshape(-1), new TensorOptional(), MEAN, -100, smoothing);
    }
}
