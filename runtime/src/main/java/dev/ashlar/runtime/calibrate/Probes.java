package dev.ashlar.runtime.calibrate;

import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.calibrate.Probe.Floor;
import dev.ashlar.runtime.engine.Engine;
import dev.ashlar.runtime.engine.Ops;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** The operators of a transformer on random tensors, which live as long as this. */
final class Probes implements AutoCloseable {
    private static final double EPS = 1e-5;

    private final Ops ops;
    private final ProbeSizes sizes;
    private final long elementBytes;
    private final Random random = new Random(1);
    private final List<Tensor> tensors = new ArrayList<>();

    Probes(Engine engine, ProbeSizes sizes) {
        this.ops = engine.ops();
        this.sizes = sizes;
        this.elementBytes = engine.compute() == DType.FLOAT32 ? Float.BYTES : Short.BYTES;
    }

    /** All of them, one after the other: what one needs is made when it is asked for. */
    List<Probe> all() {
        List<Probe> probes = new ArrayList<>();
        probes.add(linear());
        probes.add(layerNorm());
        probes.add(rmsNorm());
        probes.add(attention());
        probes.add(gelu());
        probes.add(pointwise("silu", ops::silu, ops::siluBackward));
        probes.add(pointwise("relu", ops::relu, ops::reluBackward));
        probes.add(pointwise("tanh", ops::tanh, ops::tanhBackward));
        probes.add(pointwise("sigmoid", ops::sigmoid, ops::sigmoidBackward));
        probes.add(fused());
        probes.add(add());
        probes.add(multiply());
        probes.add(embedding());
        probes.add(positionEmbedding());
        probes.add(crossEntropy());
        return probes;
    }

    private Tensor keep(Tensor tensor) {
        tensors.add(tensor);
        return tensor;
    }

    private Tensor normal(long... shape) {
        return keep(ops.normal(shape));
    }

    private Tensor ids(long bound, long... shape) {
        long size = 1;
        for (long extent : shape) {
            size *= extent;
        }
        return keep(ops.upload(HostTensor.of(random.longs(size, 0, bound).toArray(), shape)));
    }

    private Tensor activations(long width) {
        return normal(sizes.batch(), sizes.length(), width);
    }

    private double activationBytes(double times) {
        return times * sizes.elements() * elementBytes;
    }

    private long bytes(long times) {
        return times * sizes.elements() * elementBytes;
    }

    private static @Nullable Tensor[] one(Tensor tensor) {
        return new @Nullable Tensor[] {tensor};
    }

    /** The products have their own table: this is the gradient of the bias. */
    private Probe linear() {
        Tensor dy = activations(4 * sizes.width());
        return new Probe(
                "linear",
                bytes(5),
                () -> new @Nullable Tensor[0],
                Floor.NONE,
                () -> one(ops.linearBiasGradient(dy)),
                Floor.bytes(activationBytes(4)));
    }

    private Probe layerNorm() {
        Tensor x = activations(sizes.width());
        Tensor dy = activations(sizes.width());
        Tensor weight = normal(sizes.width());
        Tensor bias = normal(sizes.width());
        Tensor[] made = ops.layerNorm(x, weight, bias, EPS);
        for (Tensor each : made) {
            keep(each);
        }
        return new Probe(
                "layer_norm",
                bytes(2),
                () -> ops.layerNorm(x, weight, bias, EPS),
                Floor.bytes(activationBytes(2)),
                () -> ops.layerNormBackward(dy, x, made[1], made[2], weight, bias, true, true, true),
                Floor.bytes(activationBytes(3)));
    }

    private Probe rmsNorm() {
        Tensor x = activations(sizes.width());
        Tensor dy = activations(sizes.width());
        Tensor weight = normal(sizes.width());
        Tensor[] made = ops.rmsNorm(x, weight, EPS);
        for (Tensor each : made) {
            keep(each);
        }
        return new Probe(
                "rms_norm",
                bytes(2),
                () -> ops.rmsNorm(x, weight, EPS),
                Floor.bytes(activationBytes(2)),
                () -> ops.rmsNormBackward(dy, x, made[1], weight, true, true),
                Floor.bytes(activationBytes(3)));
    }

    private Tensor heads() {
        Tensor x = activations(sizes.width());
        return keep(ops.rearrange(
                x,
                new long[] {sizes.batch(), sizes.length(), sizes.heads(), sizes.headSize()},
                new long[] {0, 2, 1, 3},
                new long[] {sizes.batch(), sizes.heads(), sizes.length(), sizes.headSize()}));
    }

    Probe attention() {
        Tensor q = heads();
        Tensor k = heads();
        Tensor v = heads();
        Tensor dout = heads();
        double scale = 1 / Math.sqrt(sizes.headSize());
        Tensor[] made = ops.attention(q, k, v, true, scale);
        for (Tensor each : made) {
            keep(each);
        }
        double pairs = (double) sizes.batch() * sizes.heads() * sizes.length() * (sizes.length() + 1) / 2;
        return new Probe(
                "dot_product_attention",
                bytes(4),
                () -> ops.attention(q, k, v, true, scale),
                new Floor(pairs * (4 * sizes.headSize() + 5), activationBytes(4)),
                () -> ops.attentionBackward(dout, q, k, v, made[0], made[1], true, scale),
                new Floor(pairs * (10 * sizes.headSize() + 8), activationBytes(8)));
    }

    private Probe gelu() {
        Tensor x = activations(4 * sizes.width());
        Tensor dy = activations(4 * sizes.width());
        return new Probe(
                "gelu",
                bytes(8),
                () -> one(ops.gelu(x, true)),
                Floor.bytes(activationBytes(8)),
                () -> one(ops.geluBackward(dy, x, true)),
                Floor.bytes(activationBytes(12)));
    }

    private Probe pointwise(String kind, UnaryOperator<Tensor> forward, BiFunction<Tensor, Tensor, Tensor> backward) {
        Tensor x = activations(sizes.width());
        Tensor dy = activations(sizes.width());
        return new Probe(
                kind,
                bytes(2),
                () -> one(forward.apply(x)),
                Floor.bytes(activationBytes(2)),
                () -> one(backward.apply(dy, x)),
                Floor.bytes(activationBytes(3)));
    }

    /** A gated product, as the compiler writes it for CUDA. */
    private Probe fused() {
        Tensor gate = activations(sizes.width());
        Tensor x = activations(sizes.width());
        Tensor dy = activations(sizes.width());
        String gradients = "y0 = siluGradient(multiply(x0, x2), x1);\ny1 = multiply(x0, silu(x1));";
        return new Probe(
                "pointwise",
                bytes(3),
                () -> one(ops.pointwise("y0 = multiply(silu(x0), x1);", gate, x)),
                Floor.bytes(activationBytes(3)),
                () -> ops.pointwiseAll(gradients, dy, gate, x),
                Floor.bytes(activationBytes(5)));
    }

    private Probe add() {
        Tensor a = activations(sizes.width());
        Tensor b = activations(sizes.width());
        return new Probe(
                "add",
                bytes(3),
                () -> one(ops.add(a, b)),
                Floor.bytes(activationBytes(3)),
                () -> new @Nullable Tensor[0],
                Floor.NONE);
    }

    private Probe multiply() {
        Tensor a = activations(sizes.width());
        Tensor b = activations(sizes.width());
        return new Probe(
                "multiply",
                bytes(3),
                () -> one(ops.multiply(a, b)),
                Floor.bytes(activationBytes(3)),
                () -> new @Nullable Tensor[] {ops.multiply(a, b), ops.multiply(b, a)},
                Floor.bytes(activationBytes(6)));
    }

    private Probe embedding() {
        Tensor ids = ids(sizes.vocabulary(), sizes.batch(), sizes.length());
        Tensor weight = normal(sizes.vocabulary(), sizes.width());
        Tensor dy = activations(sizes.width());
        double all = activationBytes(1) + (double) weight.nbytes() + ids.nbytes();
        return new Probe(
                "embedding",
                ids.nbytes() + bytes(1),
                () -> one(ops.embedding(ids, weight)),
                Floor.bytes(all),
                () -> one(ops.embeddingWeightGradient(dy, ids, sizes.vocabulary())),
                Floor.bytes(all));
    }

    private Probe positionEmbedding() {
        Tensor x = activations(sizes.width());
        Tensor weight = normal(sizes.length(), sizes.width());
        return new Probe(
                "position_embedding",
                bytes(2),
                () -> one(ops.positionEmbedding(x, weight)),
                Floor.bytes(activationBytes(2) + weight.nbytes()),
                () -> one(ops.positionEmbeddingWeightGradient(x, sizes.length())),
                Floor.bytes(activationBytes(1) + weight.nbytes()));
    }

    private Probe crossEntropy() {
        Tensor logits = activations(sizes.vocabulary());
        Tensor targets = ids(sizes.vocabulary(), sizes.batch(), sizes.length());
        Tensor dloss = keep(ops.scalar(1));
        Tensor[] made = ops.crossEntropy(logits, targets, -100, 0);
        for (Tensor each : made) {
            keep(each);
        }
        double wide = (double) sizes.tokens() * sizes.vocabulary() * Float.BYTES;
        return new Probe(
                "cross_entropy",
                logits.nbytes() + targets.nbytes() + Float.BYTES,
                () -> ops.crossEntropy(logits, targets, -100, 0),
                Floor.bytes(logits.nbytes() + wide + targets.nbytes()),
                () -> one(ops.crossEntropyBackward(dloss, made[1], targets, made[2], -100, 0)),
                Floor.bytes(logits.nbytes() + wide + targets.nbytes()));
    }

    @Override
    public void close() {
        tensors.forEach(Tensor::close);
        tensors.clear();
    }
}
