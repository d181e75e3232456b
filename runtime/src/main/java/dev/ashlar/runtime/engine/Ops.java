package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.dist.Peers;
import dev.ashlar.runtime.dist.Reduction;
import dev.ashlar.runtime.engine.ImageKernels.BatchNorm;
import dev.ashlar.runtime.engine.ImageKernels.Window;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The operators that written code calls. Every result is a new handle that the caller closes; a view is a new handle on the same
 * storage. Arguments stay with the caller. In shapes {@code *} stands for any leading dimensions. In debug mode a result that is not
 * finite is a {@link NonFiniteException}. Backward methods leave null what was not asked for.
 */
public final class Ops {
    private final Engine engine;
    private final Trace trace;
    private final LinearKernels linear;
    private final NormKernels norm;
    private final AttentionKernels attention;
    private final RopeKernels rope;
    private final PointwiseKernels pointwise;
    private final DropoutKernels dropout;
    private final FusedPointwiseKernels fused;
    private final ImageKernels image;
    private final BatchNormShardKernels batchNormShards;
    private final LossKernels loss;
    private final LossShardKernels lossShards;
    private final FusedLossKernels fusedLoss;
    private final TransferKernels transfer;
    private final Collectives collectives;
    private final Reductions reductions;

    Ops(Engine engine) {
        KernelContext context = engine.context();
        this.engine = engine;
        this.trace = new Trace(engine.debug());
        this.linear = new LinearKernels(context);
        this.norm = new NormKernels(context);
        this.attention = new AttentionKernels(context);
        this.transfer = new TransferKernels(context);
        this.rope = new RopeKernels(context, transfer);
        this.pointwise = new PointwiseKernels(context);
        this.dropout = new DropoutKernels(context);
        this.fused = new FusedPointwiseKernels(context, pointwise, dropout, linear.columnSums());
        this.image = new ImageKernels(context);
        this.batchNormShards = new BatchNormShardKernels(context, image);
        this.loss = new LossKernels(context);
        this.lossShards = new LossShardKernels(context, loss);
        this.fusedLoss = new FusedLossKernels(context, linear, loss);
        this.collectives = new Collectives(context, trace);
        this.reductions = new Reductions(context, trace);
    }

    Reductions reductions() {
        return reductions;
    }

    Collectives collectives() {
        return collectives;
    }

    /** Names the operator that the next calls belong to. */
    public Ops at(String operator) {
        trace.at(operator);
        return this;
    }

    /** Enters a block, whose repetition has this index. */
    public void enter(String block, int index) {
        trace.enter(block, index);
    }

    /** Enters a block that is used once. */
    public void enter(String block) {
        trace.enter(block);
    }

    /** Leaves the innermost block. */
    public void leave() {
        trace.leave();
    }

    /** Where the program is, for example {@code body[3].up}. */
    public String where() {
        return trace.where();
    }

    /** Begins at the outermost level, after whatever failed or another engine of this thread did. */
    public void reset() {
        engine.context().again();
        trace.reset();
    }

    /** What a kernel threw, as one line that says where. */
    public AshlarException explain(RuntimeException thrown) {
        return trace.explain(thrown);
    }

    // ---- linear and embeddings

    /** x[*, in] · weight[out, in]ᵀ + bias[out]. */
    public Tensor linear(Tensor x, Tensor weight, Tensor bias) {
        return trace.checked("linear", linear.linear(x, weight, bias));
    }

    /** x[*, in] · weight[out, in]ᵀ. */
    public Tensor linear(Tensor x, Tensor weight) {
        return trace.checked("linear", linear.linear(x, weight, null));
    }

    /** A rank's addend of x[*, in] · weight[out, in]ᵀ + bias[out], of which the first alone has the bias. */
    public Tensor linear(Tensor x, Tensor weight, Tensor bias, boolean first) {
        return trace.checked("linear", linear.linear(x, weight, first ? bias : null));
    }

    /** dy[*, out] · weight[out, in]. */
    public Tensor linearInputGradient(Tensor dy, Tensor weight) {
        return trace.checked("linearInputGradient", linear.inputGradient(dy, weight));
    }

    /** target[*, in] += dy[*, out] · weight[out, in]; a second handle on the target, which must not share its storage with others. */
    public Tensor linearInputGradientAdd(Tensor dy, Tensor weight, Tensor target) {
        return trace.checked("linearInputGradientAdd", linear.addInputGradient(dy, weight, target));
    }

    /** dy[*, out]ᵀ · x[*, in], summed over the leading dimensions. */
    public Tensor linearWeightGradient(Tensor dy, Tensor x) {
        return trace.checked("linearWeightGradient", linear.weightGradient(dy, x));
    }

    /** dy[*, out], summed over the leading dimensions. */
    public Tensor linearBiasGradient(Tensor dy) {
        return trace.checked("linearBiasGradient", linear.biasGradient(dy));
    }

    /** Makes a gradient where it will be reduced from, if its kernel can. */
    public BucketKernels into(Tensor bucket, long offset) {
        return new BucketKernels(linear, trace, bucket, offset);
    }

    /** Rows of weight[rows, d] by ids[*]: [*, d]. */
    public Tensor embedding(Tensor ids, Tensor weight) {
        return trace.checked("embedding", linear.embedding(ids, weight));
    }

    /** dy[*, d] added up by row: [rows, d]. */
    public Tensor embeddingWeightGradient(Tensor dy, Tensor ids, long rows) {
        return trace.checked("embeddingWeightGradient", linear.embeddingWeightGradient(dy, ids, rows));
    }

    /** x[b, s, d] + weight[0:s, d]. */
    public Tensor positionEmbedding(Tensor x, Tensor weight) {
        return trace.checked("positionEmbedding", linear.positionEmbedding(x, weight, 0));
    }

    /** dy[b, s, d] summed over the batch, zeros from row s on: [rows, d]. */
    public Tensor positionEmbeddingWeightGradient(Tensor dy, long rows) {
        return trace.checked("positionEmbeddingWeightGradient", linear.positionEmbeddingWeightGradient(dy, rows, 0));
    }

    /** Rows of a shard, which holds rows {@code offset} on of the whole weight; zeros for ids outside: [*, d]. */
    public Tensor embeddingShard(Tensor ids, Tensor weight, long offset) {
        return trace.checked("embeddingShard", linear.embeddingShard(ids, weight, offset));
    }

    /** dy[*, d] added up by row for ids within the shard: [rows, d]. */
    public Tensor embeddingShardWeightGradient(Tensor dy, Tensor ids, long rows, long offset) {
        return trace.checked(
                "embeddingShardWeightGradient", linear.embeddingShardWeightGradient(dy, ids, rows, offset));
    }

    /** x[b, s, d] + weight[offset:offset + s, d]. */
    public Tensor positionEmbeddingShard(Tensor x, Tensor weight, long offset) {
        return trace.checked("positionEmbeddingShard", linear.positionEmbedding(x, weight, offset));
    }

    /** dy[b, s, d] summed over the batch, in rows {@code offset} on, zeros elsewhere: [rows, d]. */
    public Tensor positionEmbeddingShardWeightGradient(Tensor dy, long rows, long offset) {
        return trace.checked(
                "positionEmbeddingShardWeightGradient", linear.positionEmbeddingWeightGradient(dy, rows, offset));
    }

    // ---- norms

    /** Layer norm of x[*, d] with weight[d] and bias[d]: y, mean[*, 1], reciprocal standard deviation[*, 1]. */
    public Tensor[] layerNorm(Tensor x, Tensor weight, Tensor bias, double eps) {
        return trace.checked("layerNorm", norm.layerNorm(x, weight, bias, eps));
    }

    /** Layer norm without a bias. */
    public Tensor[] layerNorm(Tensor x, Tensor weight, double eps) {
        return trace.checked("layerNorm", norm.layerNorm(x, weight, null, eps));
    }

    /** Gradients of layer norm: dx, dweight, dbias. */
    public @Nullable Tensor[] layerNormBackward(
            Tensor dy,
            Tensor x,
            Tensor mean,
            Tensor rstd,
            Tensor weight,
            Tensor bias,
            boolean needX,
            boolean needWeight,
            boolean needBias) {
        boolean[] needs = {needX, needWeight, needBias};
        return trace.checked("layerNormBackward", norm.layerNormBackward(dy, x, mean, rstd, weight, bias, needs, null));
    }

    /** Gradients of layer norm without a bias: dx, dweight. */
    public @Nullable Tensor[] layerNormBackward(
            Tensor dy, Tensor x, Tensor mean, Tensor rstd, Tensor weight, boolean needX, boolean needWeight) {
        boolean[] needs = {needX, needWeight, false};
        @Nullable Tensor[] gradients = norm.layerNormBackward(dy, x, mean, rstd, weight, null, needs, null);
        return trace.checked("layerNormBackward", new @Nullable Tensor[] {gradients[0], gradients[1]});
    }

    /** {@link #layerNormBackward} whose dx has {@code addend}, of its shape, added. */
    public @Nullable Tensor[] layerNormBackwardAdd(
            Tensor dy,
            Tensor x,
            Tensor mean,
            Tensor rstd,
            Tensor weight,
            Tensor bias,
            boolean needX,
            boolean needWeight,
            boolean needBias,
            Tensor addend) {
        boolean[] needs = {needX, needWeight, needBias};
        trace.requireSameShape("layerNormBackwardAdd", x, addend);
        return trace.checked(
                "layerNormBackwardAdd", norm.layerNormBackward(dy, x, mean, rstd, weight, bias, needs, addend));
    }

    /** {@link #layerNormBackwardAdd} without a bias. */
    public @Nullable Tensor[] layerNormBackwardAdd(
            Tensor dy,
            Tensor x,
            Tensor mean,
            Tensor rstd,
            Tensor weight,
            boolean needX,
            boolean needWeight,
            Tensor addend) {
        boolean[] needs = {needX, needWeight, false};
        trace.requireSameShape("layerNormBackwardAdd", x, addend);
        @Nullable Tensor[] gradients = norm.layerNormBackward(dy, x, mean, rstd, weight, null, needs, addend);
        return trace.checked("layerNormBackwardAdd", new @Nullable Tensor[] {gradients[0], gradients[1]});
    }

    /** {@link #layerNormBackward} whose dx is added to {@code target}, of its shape: a second handle on it. */
    public @Nullable Tensor[] layerNormBackwardInto(
            Tensor dy,
            Tensor x,
            Tensor mean,
            Tensor rstd,
            Tensor weight,
            Tensor bias,
            boolean needX,
            boolean needWeight,
            boolean needBias,
            Tensor target) {
        boolean[] needs = {needX, needWeight, needBias};
        trace.requireSameShape("layerNormBackwardInto", x, target);
        return trace.checked(
                "layerNormBackwardInto", norm.layerNormBackwardInto(dy, x, mean, rstd, weight, bias, needs, target));
    }

    /** {@link #layerNormBackwardInto} without a bias. */
    public @Nullable Tensor[] layerNormBackwardInto(
            Tensor dy,
            Tensor x,
            Tensor mean,
            Tensor rstd,
            Tensor weight,
            boolean needX,
            boolean needWeight,
            Tensor target) {
        boolean[] needs = {needX, needWeight, false};
        trace.requireSameShape("layerNormBackwardInto", x, target);
        @Nullable Tensor[] gradients = norm.layerNormBackwardInto(dy, x, mean, rstd, weight, null, needs, target);
        return trace.checked("layerNormBackwardInto", new @Nullable Tensor[] {gradients[0], gradients[1]});
    }

    /** x / √(mean(x²) + eps) · weight[d] over the last dimension of x[*, d]: y, reciprocal root mean square[*, 1] in 32-bit floats. */
    public Tensor[] rmsNorm(Tensor x, Tensor weight, double eps) {
        return trace.checked("rmsNorm", norm.rmsNorm(x, weight, eps));
    }

    /** Gradients of RMS norm: dx, dweight. */
    public @Nullable Tensor[] rmsNormBackward(
            Tensor dy, Tensor x, Tensor rstd, Tensor weight, boolean needX, boolean needWeight) {
        return trace.checked("rmsNormBackward", norm.rmsNormBackward(dy, x, rstd, weight, needX, needWeight));
    }

    /** Norms of what this is added to first. */
    public AddingNorms adding(Tensor addend) {
        return new AddingNorms(norm, trace, addend);
    }

    /** Memory of a sum to which {@link #adding} adds the other addend: a second handle on {@code a}, which nobody reads again. */
    public Tensor addLater(Tensor a) {
        return Tensors.share(a);
    }

    // ---- attention

    /**
     * softmax(scale · q · kᵀ) · v. Query head i reads key head i / (h / g).
     *
     * @param q [b, h, s, e], any strides
     * @param k [b, g, t, e]; h is a multiple of g
     * @param v [b, g, t, f]
     * @param causal query i sees keys 0 to i
     * @return out[b, h, s, f] and the logarithm of each row's sum of exponentials, [b, h, s] in 32-bit floats
     * @throws AshlarException if h is no multiple of g
     */
    public Tensor[] attention(Tensor q, Tensor k, Tensor v, boolean causal, double scale) {
        return trace.checked("attention", attention.attention(q, k, v, causal, scale));
    }

    /** Gradients of attention: dq, dk, dv. */
    public Tensor[] attentionBackward(
            Tensor dout, Tensor q, Tensor k, Tensor v, Tensor out, Tensor logSumExp, boolean causal, double scale) {
        return trace.checked("attentionBackward", attention.backward(dout, q, k, v, out, logSumExp, causal, scale));
    }

    /**
     * Rotary embedding of x[b, h, s, e] at positions 0 to s − 1, halves rotated against each other as in LLaMA.
     *
     * @throws AshlarException if e is odd
     */
    public Tensor rope(Tensor x, double theta) {
        return trace.checked("rope", rope.rotate(x, theta, 0, false));
    }

    /** Gradient of rotary embedding. */
    public Tensor ropeBackward(Tensor dy, double theta) {
        return trace.checked("ropeBackward", rope.rotate(dy, theta, 0, true));
    }

    /** Rotary embedding at positions {@code offset} on. */
    public Tensor rope(Tensor x, double theta, long offset) {
        return trace.checked("rope", rope.rotate(x, theta, offset, false));
    }

    /** Gradient of rotary embedding at positions {@code offset} on. */
    public Tensor ropeBackward(Tensor dy, double theta, long offset) {
        return trace.checked("ropeBackward", rope.rotate(dy, theta, offset, true));
    }

    // ---- functions of single elements

    /** Gaussian error linear unit, by its tanh form or exactly. */
    public Tensor gelu(Tensor x, boolean tanh) {
        return trace.checked("gelu", pointwise.gelu(x, tanh));
    }

    /** Gradient of {@link #gelu}. */
    public Tensor geluBackward(Tensor dy, Tensor x, boolean tanh) {
        return trace.checked("geluBackward", pointwise.geluBackward(dy, x, tanh));
    }

    /** max(x, 0). */
    public Tensor relu(Tensor x) {
        return trace.checked("relu", torch.relu(x));
    }

    /** Gradient of {@link #relu} from its result. */
    public Tensor reluBackward(Tensor dy, Tensor y) {
        return trace.checked("reluBackward", pointwise.reluBackward(dy, y));
    }

    /** x · sigmoid(x). */
    public Tensor silu(Tensor x) {
        return trace.checked("silu", torch.silu(x));
    }

    /** Gradient of {@link #silu}. */
    public Tensor siluBackward(Tensor dy, Tensor x) {
        return trace.checked("siluBackward", torch.silu_backward(dy, x));
    }

    /** Hyperbolic tangent. */
    public Tensor tanh(Tensor x) {
        return trace.checked("tanh", torch.tanh(x));
    }

    /** Gradient of {@link #tanh} from its result. */
    public Tensor tanhBackward(Tensor dy, Tensor y) {
        return trace.checked("tanhBackward", torch.tanh_backward(dy, y));
    }

    /** 1 / (1 + exp(−x)). */
    public Tensor sigmoid(Tensor x) {
        return trace.checked("sigmoid", torch.sigmoid(x));
    }

    /** Gradient of {@link #sigmoid} from its result. */
    public Tensor sigmoidBackward(Tensor dy, Tensor y) {
        return trace.checked("sigmoidBackward", torch.sigmoid_backward(dy, y));
    }

    /** Softmax over a dimension. */
    public Tensor softmax(Tensor x, long dim) {
        return trace.checked("softmax", pointwise.softmax(x, dim));
    }

    /** Gradient of {@link #softmax} from its result. */
    public Tensor softmaxBackward(Tensor dy, Tensor y, long dim) {
        return trace.checked("softmaxBackward", pointwise.softmaxBackward(dy, y, dim));
    }

    /** x · factor. */
    public Tensor scale(Tensor x, double factor) {
        return trace.checked("scale", pointwise.scale(x, factor));
    }

    /** a + b. */
    public Tensor add(Tensor a, Tensor b) {
        return trace.checked("add", a.add(b));
    }

    /** a += b; {@code a} must not share its storage with a tensor that is still read. */
    public void addInPlace(Tensor a, Tensor b) {
        trace.requireSameShape("addInPlace", a, b);
        trace.checked("addInPlace", a.add_(b));
    }

    /** a · b, element by element. */
    public Tensor multiply(Tensor a, Tensor b) {
        return trace.checked("multiply", a.mul(b));
    }

    /**
     * Zeroes each element with probability p and scales the others by 1 / (1 − p). Which, follows from the engine's seed and step, the
     * key and the element's row-major index alone.
     *
     * @throws AshlarException if p is outside [0, 1)
     */
    public Tensor dropout(Tensor x, double p, long key) {
        engine.followStep();
        return trace.checked("dropout", dropped(x, p, key));
    }

    /** Of one part of the batch what falls in the whole, which begins with the batch. */
    private Tensor dropped(Tensor x, double p, long key) {
        long offset = engine.part() * x.numel();
        return dropout.dropout(x, p, engine.seed(), engine.step(), key, offset, Tensors.shape(x));
    }

    /** Gradient of {@link #dropout} in the same step. */
    public Tensor dropoutBackward(Tensor dy, double p, long key) {
        return trace.checked("dropoutBackward", dropped(dy, p, key));
    }

    /**
     * As {@link #dropout(Tensor, double, long)}, of a part of a tensor: drops the elements that fall in the whole.
     *
     * @param offset row-major index of the part's first element in the whole
     * @param whole shape of the whole
     */
    public Tensor dropout(Tensor x, double p, long key, long offset, long[] whole) {
        engine.followStep();
        return trace.checked("dropout", dropped(x, p, key, offset, whole));
    }

    private Tensor dropped(Tensor x, double p, long key, long offset, long[] whole) {
        long first = engine.part() * Arrays.stream(whole).reduce(1, Math::multiplyExact);
        return dropout.dropout(x, p, engine.seed(), engine.step(), key, first + offset, whole);
    }

    /** Gradient of {@link #dropout(Tensor, double, long, long, long[])} in the same step. */
    public Tensor dropoutBackward(Tensor dy, double p, long key, long offset, long[] whole) {
        return trace.checked("dropoutBackward", dropped(dy, p, key, offset, whole));
    }

    /**
     * A function of single elements of tensors of one shape.
     *
     * @param text {@code "y0 = multiply(silu(x0), x1);"}: lines of CUDA C as the compiler writes them
     */
    public Tensor pointwise(String text, Tensor... tensors) {
        return pointwiseAll(text, tensors)[0];
    }

    /** Several functions of single elements of tensors of one shape. */
    public Tensor[] pointwiseAll(String text, Tensor... tensors) {
        return trace.checked("pointwise", fused.run(text, null, tensors));
    }

    /** A function of single elements in which some fall as in {@link #dropout(Tensor, double, long, long, long[])}. */
    public Tensor pointwise(String text, long key, long offset, long[] whole, Tensor... tensors) {
        return pointwiseAll(text, key, offset, whole, tensors)[0];
    }

    /** Several functions of single elements in which some fall. */
    public Tensor[] pointwiseAll(String text, long key, long offset, long[] whole, Tensor... tensors) {
        engine.followStep();
        long first = engine.part() * Arrays.stream(whole).reduce(1, Math::multiplyExact);
        var mask = new FusedPointwiseKernels.Mask(engine.seed(), engine.step(), key, first + offset, whole);
        return trace.checked("pointwise", fused.run(text, mask, tensors));
    }

    // ---- images

    /** Convolution of x[b, c, h, w] with weight[o, c / groups, ky, kx] and bias[o]. */
    public Tensor conv2d(
            Tensor x, Tensor weight, Tensor bias, long[] stride, long[] padding, long[] dilation, long groups) {
        return trace.checked("conv2d", image.conv2d(x, weight, bias, new Window(stride, padding, dilation, groups)));
    }

    /** Convolution without a bias. */
    public Tensor conv2d(Tensor x, Tensor weight, long[] stride, long[] padding, long[] dilation, long groups) {
        return trace.checked("conv2d", image.conv2d(x, weight, null, new Window(stride, padding, dilation, groups)));
    }

    /** Gradients of convolution: dx, dweight, dbias. */
    public @Nullable Tensor[] conv2dBackward(
            Tensor dy,
            Tensor x,
            Tensor weight,
            long[] stride,
            long[] padding,
            long[] dilation,
            long groups,
            boolean needX,
            boolean needWeight,
            boolean needBias) {
        Window window = new Window(stride, padding, dilation, groups);
        boolean[] needs = {needX, needWeight, needBias};
        return trace.checked("conv2dBackward", image.conv2dBackward(dy, x, weight, window, needs));
    }

    /**
     * Batch norm of x[b, c, h, w] in training: y, mean[c], reciprocal standard deviation[c]. Updates the running statistics, which are
     * in 32-bit floats, in place.
     */
    public Tensor[] batchNorm(
            Tensor x,
            Tensor weight,
            Tensor bias,
            Tensor runningMean,
            Tensor runningVariance,
            double momentum,
            double eps) {
        BatchNorm parameters = new BatchNorm(weight, bias, runningMean, runningVariance);
        return trace.checked("batchNorm", image.batchNorm(x, parameters, true, momentum, eps));
    }

    /** Gradients of {@link #batchNorm}: dx, dweight, dbias. */
    public @Nullable Tensor[] batchNormBackward(
            Tensor dy,
            Tensor x,
            Tensor weight,
            Tensor mean,
            Tensor invstd,
            double eps,
            boolean needX,
            boolean needWeight,
            boolean needBias) {
        boolean[] needs = {needX, needWeight, needBias};
        return trace.checked("batchNormBackward", image.batchNormBackward(dy, x, weight, mean, invstd, eps, needs));
    }

    /** Batch norm in training of one rank's part of x[b, c, h, w], with the statistics of all. */
    public Tensor[] batchNorm(
            Tensor x,
            Tensor weight,
            Tensor bias,
            Tensor runningMean,
            Tensor runningVariance,
            double momentum,
            double eps,
            Peers peers) {
        BatchNorm parameters = new BatchNorm(weight, bias, runningMean, runningVariance);
        return trace.checked(
                "batchNorm", batchNormShards.batchNorm(x, parameters, momentum, eps, peers, trace.where()));
    }

    /** Gradients of batch norm for one rank's part: dx, this rank's addends of dweight and dbias. */
    public @Nullable Tensor[] batchNormBackward(
            Tensor dy,
            Tensor x,
            Tensor weight,
            Tensor mean,
            Tensor invstd,
            double eps,
            Peers peers,
            boolean needX,
            boolean needWeight,
            boolean needBias) {
        boolean[] needs = {needX, needWeight, needBias};
        return trace.checked(
                "batchNormBackward",
                batchNormShards.batchNormBackward(dy, x, weight, mean, invstd, eps, needs, peers, trace.where()));
    }

    /** Batch norm by the running statistics. */
    public Tensor batchNormEvaluate(
            Tensor x, Tensor weight, Tensor bias, Tensor runningMean, Tensor runningVariance, double eps) {
        BatchNorm parameters = new BatchNorm(weight, bias, runningMean, runningVariance);
        Tensor[] results = image.batchNorm(x, parameters, false, 0, eps);
        Tensors.close(results[1], results[2]);
        return trace.checked("batchNormEvaluate", results[0]);
    }

    /** Largest value of each window of x[b, c, h, w], and its index. */
    public Tensor[] maxPool2d(Tensor x, long[] kernel, long[] stride, long[] padding) {
        return trace.checked("maxPool2d", image.maxPool2d(x, kernel, stride, padding));
    }

    /** Gradient of {@link #maxPool2d}. */
    public Tensor maxPool2dBackward(Tensor dy, Tensor x, Tensor indices, long[] kernel, long[] stride, long[] padding) {
        return trace.checked("maxPool2dBackward", image.maxPool2dBackward(dy, x, indices, kernel, stride, padding));
    }

    /** Mean over the pixels of x[b, c, h, w]: [b, c]. */
    public Tensor globalAvgPool2d(Tensor x) {
        return trace.checked("globalAvgPool2d", image.globalAvgPool2d(x));
    }

    /** Gradient of {@link #globalAvgPool2d}: [b, c, height, width]. */
    public Tensor globalAvgPool2dBackward(Tensor dy, long height, long width) {
        return trace.checked("globalAvgPool2dBackward", image.globalAvgPool2dBackward(dy, height, width));
    }

    // ---- losses

    /**
     * Mean cross-entropy of logits[*, v] over the targets[*] that are not {@code ignoreIndex}; 0 if all are.
     *
     * @param targets class indices in INT64
     * @param smoothing share of the target's weight that is spread over all classes, 0 to 1
     * @return the loss, logarithms of probabilities [*, v] and the number of targets that count, all in 32-bit floats
     * @throws AshlarException if smoothing is outside [0, 1]
     */
    public Tensor[] crossEntropy(Tensor logits, Tensor targets, long ignoreIndex, double smoothing) {
        return trace.checked("crossEntropy", loss.crossEntropy(logits, targets, ignoreIndex, smoothing));
    }

    /** Gradient of {@link #crossEntropy} for the logits, in the compute type, [*, v]; dloss is the loss's own, a scalar. */
    public Tensor crossEntropyBackward(
            Tensor dloss, Tensor logProbabilities, Tensor targets, Tensor weight, long ignoreIndex, double smoothing) {
        return trace.checked(
                "crossEntropyBackward",
                loss.crossEntropyBackward(dloss, logProbabilities, targets, weight, ignoreIndex, smoothing));
    }

    /**
     * Cross-entropy of one rank's part of the logits, the same loss on all.
     *
     * @param logits some rows, and of these the classes from {@code offset} on
     * @param targets of these rows, counted from the first of all {@code classes}
     * @param rows ranks that have other rows
     * @param columns ranks that have other classes
     * @return as the other form: the loss of all rows, this rank's logarithms of probabilities, the number of all targets that count
     */
    public Tensor[] crossEntropy(
            Tensor logits,
            Tensor targets,
            long ignoreIndex,
            double smoothing,
            long offset,
            long classes,
            Peers rows,
            Peers columns) {
        LossShardKernels.Shard shard = new LossShardKernels.Shard(offset, classes, rows, columns, trace.where());
        return trace.checked("crossEntropy", lossShards.crossEntropy(logits, targets, ignoreIndex, smoothing, shard));
    }

    /** Gradient of the loss for one rank's part of the logits. */
    public Tensor crossEntropyBackward(
            Tensor dloss,
            Tensor logProbabilities,
            Tensor targets,
            Tensor weight,
            long ignoreIndex,
            double smoothing,
            long offset,
            long classes) {
        return trace.checked(
                "crossEntropyBackward",
                lossShards.crossEntropyBackward(
                        dloss, logProbabilities, targets, weight, ignoreIndex, smoothing, offset, classes));
    }

    /**
     * {@link #crossEntropy} of logits x[*, k] · weight[v, k]ᵀ + bias[v], of which no more than {@code rows} tokens' are there at once.
     *
     * @return the loss, and its gradients for x, weight and bias in the compute type
     * @throws AshlarException if smoothing is outside [0, 1]
     */
    public Tensor[] linearCrossEntropy(
            Tensor x, Tensor targets, Tensor weight, Tensor bias, long ignoreIndex, double smoothing, long rows) {
        FusedLossKernels.Head head = new FusedLossKernels.Head(weight, bias, ignoreIndex, smoothing);
        return trace.checked(
                "linearCrossEntropy",
                fusedLoss.lossAndGradients(x, targets, head, rows, FusedLossKernels.Together.ALONE));
    }

    /** As {@link #linearCrossEntropy(Tensor, Tensor, Tensor, Tensor, long, double, long)}, without a bias. */
    public Tensor[] linearCrossEntropy(
            Tensor x, Tensor targets, Tensor weight, long ignoreIndex, double smoothing, long rows) {
        FusedLossKernels.Head head = new FusedLossKernels.Head(weight, null, ignoreIndex, smoothing);
        return trace.checked(
                "linearCrossEntropy",
                fusedLoss.lossAndGradients(x, targets, head, rows, FusedLossKernels.Together.ALONE));
    }

    /** The loss of {@link #linearCrossEntropy} alone. */
    public Tensor linearCrossEntropyLoss(
            Tensor x, Tensor targets, Tensor weight, Tensor bias, long ignoreIndex, double smoothing, long rows) {
        FusedLossKernels.Head head = new FusedLossKernels.Head(weight, bias, ignoreIndex, smoothing);
        return trace.checked(
                "linearCrossEntropyLoss", fusedLoss.loss(x, targets, head, rows, FusedLossKernels.Together.ALONE));
    }

    /** The loss of {@link #linearCrossEntropy} alone, without a bias. */
    public Tensor linearCrossEntropyLoss(
            Tensor x, Tensor targets, Tensor weight, long ignoreIndex, double smoothing, long rows) {
        FusedLossKernels.Head head = new FusedLossKernels.Head(weight, null, ignoreIndex, smoothing);
        return trace.checked(
                "linearCrossEntropyLoss", fusedLoss.loss(x, targets, head, rows, FusedLossKernels.Together.ALONE));
    }

    /**
     * As {@link #linearCrossEntropy(Tensor, Tensor, Tensor, Tensor, long, double, long)} of one rank's tokens, the same loss on all.
     *
     * @param peers ranks that have other tokens
     * @return the loss of all tokens, its gradient for this rank's x, and what these tokens add to the gradients of weight and bias
     */
    public Tensor[] linearCrossEntropy(
            Tensor x,
            Tensor targets,
            Tensor weight,
            Tensor bias,
            long ignoreIndex,
            double smoothing,
            long rows,
            Peers peers) {
        FusedLossKernels.Head head = new FusedLossKernels.Head(weight, bias, ignoreIndex, smoothing);
        return trace.checked("linearCrossEntropy", fusedLoss.lossAndGradients(x, targets, head, rows, together(peers)));
    }

    /** The same without a bias. */
    public Tensor[] linearCrossEntropy(
            Tensor x, Tensor targets, Tensor weight, long ignoreIndex, double smoothing, long rows, Peers peers) {
        FusedLossKernels.Head head = new FusedLossKernels.Head(weight, null, ignoreIndex, smoothing);
        return trace.checked("linearCrossEntropy", fusedLoss.lossAndGradients(x, targets, head, rows, together(peers)));
    }

    /** The loss of all tokens, of which one rank has some, alone. */
    public Tensor linearCrossEntropyLoss(
            Tensor x,
            Tensor targets,
            Tensor weight,
            Tensor bias,
            long ignoreIndex,
            double smoothing,
            long rows,
            Peers peers) {
        FusedLossKernels.Head head = new FusedLossKernels.Head(weight, bias, ignoreIndex, smoothing);
        return trace.checked("linearCrossEntropyLoss", fusedLoss.loss(x, targets, head, rows, together(peers)));
    }

    /** The same without a bias. */
    public Tensor linearCrossEntropyLoss(
            Tensor x, Tensor targets, Tensor weight, long ignoreIndex, double smoothing, long rows, Peers peers) {
        FusedLossKernels.Head head = new FusedLossKernels.Head(weight, null, ignoreIndex, smoothing);
        return trace.checked("linearCrossEntropyLoss", fusedLoss.loss(x, targets, head, rows, together(peers)));
    }

    private FusedLossKernels.Together together(Peers peers) {
        String at = trace.where();
        return sum -> peers.reduce(at, sum, Reduction.SUM);
    }

    /** Multiplies a tensor by a scalar tensor; a second handle on the same storage. */
    public Tensor scaleInPlace(Tensor x, Tensor scale) {
        pointwise.scaleInPlace(x, scale);
        return trace.checked("scaleInPlace", Tensors.share(x));
    }

    /** Mean of (x − targets)² in 32-bit floats. */
    public Tensor meanSquaredError(Tensor x, Tensor targets) {
        return trace.checked("meanSquaredError", loss.meanSquaredError(x, targets));
    }

    /** A rank's addend of the mean over so many elements of all ranks. */
    public Tensor meanSquaredError(Tensor x, Tensor targets, long elements) {
        return trace.checked("meanSquaredError", loss.meanSquaredError(x, targets, elements));
    }

    /** Gradient of {@link #meanSquaredError} for x; dloss is the loss's own, a scalar. */
    public Tensor meanSquaredErrorBackward(Tensor dloss, Tensor x, Tensor targets) {
        return meanSquaredErrorBackward(dloss, x, targets, x.numel());
    }

    /** Gradient of the mean over so many elements of all ranks for x, of which this rank has a part. */
    public Tensor meanSquaredErrorBackward(Tensor dloss, Tensor x, Tensor targets, long elements) {
        return trace.checked("meanSquaredErrorBackward", loss.meanSquaredErrorBackward(dloss, x, targets, elements));
    }

    // ---- shapes and transfers

    /** A second handle on the same storage. */
    public Tensor share(Tensor x) {
        return Tensors.share(x);
    }

    /** reshape(permute(reshape(x, split), order), merge); a view where the layout allows. */
    public Tensor rearrange(Tensor x, long[] split, long[] order, long[] merge) {
        return ShapeKernels.rearrange(x, split, order, merge);
    }

    /** The elements in another shape; a view where the layout allows. */
    public Tensor reshape(Tensor x, long... shape) {
        return x.reshape(shape);
    }

    /** Tensors of one shape along a new first dimension. */
    public Tensor stack(Tensor[] tensors) {
        return ShapeKernels.stack(tensors);
    }

    /** A view of one index of a dimension, which is dropped. */
    public Tensor select(Tensor x, long dim, long index) {
        return x.select(dim, index);
    }

    /** The sum of tensors of one shape; of a single one a second handle. */
    public Tensor sum(Tensor[] tensors) {
        return trace.checked("sum", ShapeKernels.sum(tensors));
    }

    /** What the gradients of a loss begin with: its weight in the batch, times what the part that runs counts where only the device knows that. */
    public Tensor seed(double weight) {
        Tensor share = engine.share();
        return share == null ? scalar(weight) : share.mul(engine.context().scalar(weight));
    }

    /** A scalar tensor in 32-bit floats. */
    public Tensor scalar(double value) {
        return engine.context().full(DType.FLOAT32, value);
    }

    /** Numbers of a standard normal distribution in the compute type, drawn on the device: for measurements, not for parameters. */
    public Tensor normal(long... shape) {
        Tensor made = engine.context().empty(engine.compute(), shape);
        made.normal_();
        return made;
    }

    /** The value of a tensor with one element. */
    public float item(Tensor scalar) {
        engine.context().settle();
        return scalar.item_float();
    }

    /** Copies to the device; floats arrive in the compute type, integers as they are. */
    public Tensor upload(HostTensor host) {
        return transfer.upload(host, engine.compute());
    }

    /** Copies to the device; floats arrive in this type, integers as they are. */
    public Tensor upload(HostTensor host, DType floating) {
        return transfer.upload(host, floating);
    }

    /** Copies to the Java heap, floating-point types as FLOAT32 and the others as INT64. */
    public HostTensor download(Tensor tensor) {
        return transfer.download(tensor);
    }

    void close() {
        linear.close();
        attention.close();
        rope.close();
        dropout.close();
        collectives.close();
        reductions.close();
    }

    /** The sum of both, which are closed; not in place, because others may share what {@code sum} began as. */
    public Tensor accumulate(@Nullable Tensor sum, Tensor added) {
        if (sum == null) {
            return added;
        }
        Tensor total = add(sum, added);
        sum.close();
        added.close();
        return total;
    }

    /** Closes {@code old}, if there is one, and returns {@code replacement}. */
    public Tensor replace(@Nullable Tensor old, Tensor replacement) {
        if (old != null) {
            old.close();
        }
        return replacement;
    }

    /** Stacks tensors of one shape along a new first dimension, and closes them. */
    public Tensor stackParts(Tensor[] parts) {
        Tensor stacked = stack(parts);
        for (Tensor part : parts) {
            part.close();
        }
        return stacked;
    }
}
