package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.dist.Peers;
import dev.ashlar.runtime.dist.Reduction;
import dev.ashlar.runtime.engine.ImageKernels.BatchNorm;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Batch norm of a part of the batch or of the image: ranks reduce two numbers a channel forward, two backward. Sums are taken around the
 * running mean, which all ranks have, so that squares of large means do not swallow the variance.
 */
final class BatchNormShardKernels {
    private final KernelContext context;
    private final ImageKernels whole;

    BatchNormShardKernels(KernelContext context, ImageKernels whole) {
        this.context = context;
        this.whole = whole;
    }

    Tensor[] batchNorm(Tensor x, BatchNorm norm, double momentum, double eps, Peers peers, String at) {
        double elements = (double) x.numel() / x.size(1) * peers.count();
        Tensor[] statistics = statistics(x, norm, peers, at);
        Tensor mean = statistics[0];
        try (Tensor variance = statistics[1];
                Tensor shifted = variance.add(context.scalar(eps))) {
            BatchNorm fixed = new BatchNorm(norm.weight(), norm.bias(), mean, variance);
            Tensor[] results = whole.batchNorm(x, fixed, false, 0, eps);
            Tensors.close(results[1], results[2]);
            move(norm.runningMean(), mean, momentum, 1);
            move(norm.runningVariance(), variance, momentum, elements / (elements - 1));
            return new Tensor[] {results[0], mean, shifted.rsqrt()};
        }
    }

    /** Mean and biased variance of every channel over all ranks. */
    private Tensor[] statistics(Tensor x, BatchNorm norm, Peers peers, String at) {
        try (TensorOptional none = new TensorOptional()) {
            Tensor[] own = Tensors.owned(torch.batch_norm_update_stats(x, none, none, 0));
            try (Tensor distance = own[0].sub(norm.runningMean());
                    Tensor square = distance.mul(distance);
                    Tensor spread = own[1].add(square);
                    Tensor sums = context.empty(DType.FLOAT32, 2, x.size(1));
                    Tensor first = sums.select(0, 0);
                    Tensor second = sums.select(0, 1)) {
                first.copy_(distance);
                second.copy_(spread);
                sums.mul_(context.scalar(1.0 / peers.count()));
                peers.reduce(at, sums, Reduction.SUM);
                Tensor mean = first.add(norm.runningMean());
                first.square_();
                return new Tensor[] {mean, second.sub(first)};
            } finally {
                Tensors.close(own);
            }
        }
    }

    private void move(Tensor running, Tensor newest, double momentum, double factor) {
        running.mul_(context.scalar(1 - momentum));
        try (Tensor share = newest.mul(context.scalar(momentum * factor))) {
            running.add_(share);
        }
    }

    /** Gradients of this rank's part; those of weight and bias are its addends. */
    @Nullable
    Tensor[] batchNormBackward(
            Tensor dy,
            Tensor x,
            Tensor weight,
            Tensor mean,
            Tensor invstd,
            double eps,
            boolean[] needs,
            Peers peers,
            String at) {
        boolean[] both = {false, true, true};
        @Nullable Tensor[] own = whole.batchNormBackward(dy, x, weight, mean, invstd, eps, both);
        Tensor dweight = own[1];
        Tensor dbias = own[2];
        if (dweight == null || dbias == null) {
            throw new IllegalStateException("batch norm makes both sums");
        }
        Tensor dx = needs[0] ? inputGradient(dy, x, weight, mean, invstd, dweight, dbias, peers, at) : null;
        Tensors.close(needs[1] ? null : dweight, needs[2] ? null : dbias);
        return new @Nullable Tensor[] {dx, needs[1] ? dweight : null, needs[2] ? dbias : null};
    }

    /** dy · a + x · b + c with a, b and c for each channel: a = weight · invstd, b = −a · invstd · Σ(dy · x̂) / n, c = −a · Σdy / n − mean · b. */
    private Tensor inputGradient(
            Tensor dy,
            Tensor x,
            Tensor weight,
            Tensor mean,
            Tensor invstd,
            Tensor dweight,
            Tensor dbias,
            Peers peers,
            String at) {
        double elements = (double) x.numel() / x.size(1) * peers.count();
        try (Tensor sums = context.empty(DType.FLOAT32, 2, x.size(1));
                Tensor products = sums.select(0, 0);
                Tensor gradients = sums.select(0, 1)) {
            products.copy_(dweight);
            gradients.copy_(dbias);
            peers.reduce(at, sums, Reduction.SUM);
            sums.mul_(context.scalar(-1 / elements));
            try (Tensor a = invstd.mul(weight)) {
                products.mul_(invstd).mul_(a);
                gradients.mul_(a);
                try (Tensor shift = products.mul(mean)) {
                    gradients.sub_(shift);
                }
                return affine(dy, x, a, products, gradients);
            }
        }
    }

    private static Tensor affine(Tensor dy, Tensor x, Tensor a, Tensor b, Tensor c) {
        try (Tensor ofGradient = a.view(1, -1, 1, 1);
                Tensor ofInput = b.view(1, -1, 1, 1);
                Tensor constant = c.view(1, -1, 1, 1);
                Tensor wide = Tensors.as(x, DType.FLOAT32)) {
            Tensor dx = dy.mul(ofGradient);
            dx.addcmul_(wide, ofInput);
            dx.add_(constant);
            return Tensors.converted(dx, Tensors.type(x));
        }
    }
}
