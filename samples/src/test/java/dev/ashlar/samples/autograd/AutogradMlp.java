package dev.ashlar.samples.autograd;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The sample's perceptron by libtorch's differentiable functions; tensors belong to the scope of pointers that is open. */
public final class AutogradMlp {
    private static final int LAYERS = 2;

    private final Leaves leaves;

    public AutogradMlp(Leaves leaves) {
        this.leaves = leaves;
    }

    /** The mean cross-entropy of x[b, features] and targets[b]. */
    public Tensor loss(Tensor x, Tensor targets) {
        Tensor h = torch.relu(linear("first", x));
        for (int i = 0; i < LAYERS; i++) {
            h = h.add(torch.relu(linear("hidden." + i + ".linear", h)));
        }
        return torch.cross_entropy_loss(linear("logits", h), targets);
    }

    private Tensor linear(String name, Tensor x) {
        return torch.linear(x, leaves.get(name + ".weight"), leaves.optional(name + ".bias"));
    }
}
