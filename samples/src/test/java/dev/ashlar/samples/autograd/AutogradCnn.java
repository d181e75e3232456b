package dev.ashlar.samples.autograd;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** The sample's residual network by libtorch's differentiable functions; tensors belong to the scope of pointers that is open. */
public final class AutogradCnn {
    private static final long[] ONE = {1, 1};
    private static final long[] TWO = {2, 2};
    private static final long[] NONE = {0, 0};

    private final Leaves leaves;

    public AutogradCnn(Leaves leaves) {
        this.leaves = leaves;
    }

    /** The mean cross-entropy of images[b, 1, h, w] and targets[b]. */
    public Tensor loss(Tensor images, Tensor targets) {
        Tensor stem = torch.relu(batchNorm("stemNorm", conv("stem", images, new TensorOptional())));
        Tensor pooled = torch.max_pool2d(residual("fine.", stem), TWO, TWO, NONE, ONE, false);
        Tensor widened = conv("widened", pooled, leaves.optional("widened.bias"));
        Tensor features = residual("coarse.", widened).mean(2, 3);
        Tensor logits = torch.linear(features, leaves.get("logits.weight"), leaves.optional("logits.bias"));
        return torch.cross_entropy_loss(logits, targets);
    }

    private Tensor residual(String at, Tensor x) {
        TensorOptional none = new TensorOptional();
        Tensor act = torch.relu(batchNorm(at + "norm1", conv(at + "conv1", x, none)));
        return torch.relu(x.add(batchNorm(at + "norm2", conv(at + "conv2", act, none))));
    }

    private Tensor conv(String name, Tensor x, TensorOptional bias) {
        return torch.conv2d(x, leaves.get(name + ".weight"), bias, ONE, ONE, ONE, 1);
    }

    /** Without running statistics, which share their storage with the step's own. */
    private Tensor batchNorm(String name, Tensor x) {
        TensorOptional none = new TensorOptional();
        return torch.batch_norm(
                x,
                leaves.optional(name + ".weight"),
                leaves.optional(name + ".bias"),
                none,
                none,
                true,
                0.1,
                1e-5,
                false);
    }
}
