package dev.ashlar.samples.autograd;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * The sample's transformer by libtorch's differentiable functions, as one writes it with care: what autograd does not keep is closed at
 * once, so that its memory is autograd's own.
 */
public final class AutogradGpt implements AutoCloseable {
    private static final long MEAN = 1;
    private static final long IGNORE = -100;
    private static final double EPS = 1e-5;

    private final Leaves leaves;
    private final int layers;
    private final long heads;
    private final TensorOptional absent = new TensorOptional();
    private final DoubleOptional defaultScale = new DoubleOptional();

    public AutogradGpt(Leaves leaves, int layers, long heads) {
        this.leaves = leaves;
        this.layers = layers;
        this.heads = heads;
    }

    /** logits[b, s, vocab] of tokens[b, s]; owned by the caller. */
    public Tensor logits(Tensor tokens) {
        Tensor h;
        try (Tensor wte = torch.embedding(leaves.get("wte.weight"), tokens);
                Tensor positions = leaves.get("embedded.weight").narrow(0, 0, tokens.size(1))) {
            h = wte.add(positions);
        }
        for (int i = 0; i < layers; i++) {
            try (Tensor x = h) {
                h = block("body." + i + ".", x);
            }
        }
        try (Tensor x = h;
                Tensor norm = layerNorm("norm", x)) {
            return torch.linear(norm, leaves.get("logits.weight"), absent);
        }
    }

    /** The mean cross-entropy, a scalar; owned by the caller. */
    public Tensor loss(Tensor tokens, Tensor targets) {
        try (Tensor logits = logits(tokens);
                Tensor rows = logits.view(-1, logits.size(2));
                Tensor flat = targets.view(-1)) {
            return torch.cross_entropy_loss(rows, flat, absent, MEAN, IGNORE, 0);
        }
    }

    private Tensor block(String at, Tensor x) {
        Tensor mid;
        try (Tensor ln1 = layerNorm(at + "ln1", x);
                Tensor attended = attention(at + "attn.", ln1)) {
            mid = x.add(attended);
        }
        try (Tensor kept = mid;
                Tensor ln2 = layerNorm(at + "ln2", kept);
                Tensor up = linear(at + "up", ln2);
                Tensor act = torch.gelu(up, "tanh");
                Tensor down = linear(at + "down", act)) {
            return kept.add(down);
        }
    }

    private Tensor attention(String at, Tensor x) {
        Tensor out;
        try (Tensor q = heads(at + "q", x);
                Tensor k = heads(at + "k", x);
                Tensor v = heads(at + "v", x)) {
            out = torch.scaled_dot_product_attention(q, k, v, absent, 0, true, defaultScale, false);
        }
        try (Tensor attended = out;
                Tensor turned = attended.transpose(1, 2);
                Tensor merged = turned.reshape(x.size(0), x.size(1), x.size(2))) {
            return linear(at + "out", merged);
        }
    }

    private Tensor heads(String name, Tensor x) {
        try (Tensor projected = linear(name, x);
                Tensor split = projected.view(x.size(0), x.size(1), heads, x.size(2) / heads)) {
            return split.transpose(1, 2);
        }
    }

    private Tensor linear(String name, Tensor x) {
        return torch.linear(x, leaves.get(name + ".weight"), leaves.optional(name + ".bias"));
    }

    private Tensor layerNorm(String name, Tensor x) {
        long[] last = {x.size(2)};
        return torch.layer_norm(x, last, leaves.optional(name + ".weight"), leaves.optional(name + ".bias"), EPS, true);
    }

    @Override
    public void close() {
        absent.close();
        defaultScale.close();
    }
}
