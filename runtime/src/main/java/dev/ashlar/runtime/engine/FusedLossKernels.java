package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.DType;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A linear head with the cross-entropy of its logits, for some tokens after the other. The logits of these tokens become their gradients
 * in place; in bfloat16 this is done in a copy of 32-bit floats, but for CUDA, whose kernel reads them once. All else is a few numbers a token.
 */
final class FusedLossKernels {
    private final KernelContext context;
    private final LinearKernels linear;
    private final LossKernels loss;
    private final @Nullable CudaCrossEntropy cuda;

    FusedLossKernels(KernelContext context, LinearKernels linear, LossKernels loss) {
        this.context = context;
        this.linear = linear;
        this.loss = loss;
        CudaDevice device = context.cuda();
        this.cuda = device == null ? null : new CudaCrossEntropy(device.kernels());
    }

    /**
     * The head's part in the work.
     *
     * @param weight [v, k]
     * @param bias [v], if there is one
     * @param ignoreIndex a target that does not count
     * @param smoothing share of the target's weight that is spread over all classes
     */
    record Head(Tensor weight, @Nullable Tensor bias, long ignoreIndex, double smoothing) {}

    /** Adds up what ranks with other tokens have, in place. */
    interface Together {
        /** What one rank does that has all tokens. */
        Together ALONE = sum -> {};

        void add(Tensor sum);
    }

    /** Where gradients go: those of the rows of x, of the weight, and of the bias if there is one. */
    private record Gradients(
            Tensor x, Tensor weight, @Nullable Tensor bias) {}

    /** The loss, and its gradients for x, weight and bias; of the last two what these tokens add to them. */
    Tensor[] lossAndGradients(Tensor x, Tensor targets, Head head, long rows, Together together) {
        Tensor dx = context.empty(context.compute(), Tensors.shape(x));
        Tensor dWeight = context.empty(context.compute(), Tensors.shape(head.weight()));
        Tensor bias = head.bias();
        Tensor dBias = bias == null ? null : context.zeros(context.compute(), Tensors.shape(bias));
        try (Tensor dxRows = Tensors.rows(dx)) {
            Tensor sum = sum(x, targets, head, rows, new Gradients(dxRows, dWeight, dBias), together);
            return dBias == null ? new Tensor[] {sum, dx, dWeight} : new Tensor[] {sum, dx, dWeight, dBias};
        }
    }

    /** The loss alone. */
    Tensor loss(Tensor x, Tensor targets, Head head, long rows, Together together) {
        return sum(x, targets, head, rows, null, together);
    }

    private Tensor sum(
            Tensor x, Tensor targets, Head head, long rows, @Nullable Gradients gradients, Together together) {
        LossKernels.requireSmoothing(head.smoothing());
        Tensor total = context.zeros(DType.FLOAT32);
        try (Tensor xRows = Tensors.rows(x);
                Tensor flat = targets.reshape(-1);
                Tensor count = count(flat, head.ignoreIndex(), together)) {
            long tokens = flat.size(0);
            for (long start = 0; start < tokens; start += rows) {
                long length = Math.min(rows, tokens - start);
                try (Tensor own = xRows.narrow(0, start, length);
                        Tensor ownTargets = flat.narrow(0, start, length);
                        Tensor logits = linear.linear(own, head.weight(), head.bias())) {
                    addLoss(total, logits, ownTargets, count, head, gradients != null);
                    if (gradients != null) {
                        addGradients(logits, own, head, gradients, start);
                    }
                }
            }
            if (tokens == 0 && gradients != null) {
                gradients.weight().zero_();
            }
        }
        together.add(total);
        return total;
    }

    /** Number of targets that count, at least 1. */
    private Tensor count(Tensor targets, long ignoreIndex, Together together) {
        try (Tensor valid = loss.validity(targets, ignoreIndex);
                Tensor sum = valid.sum()) {
            together.add(sum);
            return sum.clamp_min(context.scalar(1));
        }
    }

    /**
     * Adds what these rows add to the loss.
     *
     * @param logits become their gradients if these are wanted, else are worked with
     */
    private void addLoss(Tensor total, Tensor logits, Tensor targets, Tensor count, Head head, boolean wantsGradients) {
        if (cuda != null && wantsGradients && cuda.takes(Tensors.type(logits))) {
            addLoss(cuda, total, logits, targets, count, head);
            return;
        }
        try (Tensor work = Tensors.as(logits, DType.FLOAT32);
                Tensor factor = loss.validity(targets, head.ignoreIndex());
                Tensor safe = LossKernels.safeTargets(targets, factor);
                Tensor places = safe.unsqueeze(1);
                Tensor factors = factor.unsqueeze(1)) {
            factor.div_(count);
            relativeToGreatest(work);
            try (Tensor rowLoss = negativeTargets(work, places, head.smoothing())) {
                work.exp_();
                try (Tensor sums = work.sum(new long[] {1}, true, context.ownType())) {
                    if (wantsGradients) {
                        toGradients(work, sums, factors, places, head.smoothing());
                    }
                    sums.log_();
                    rowLoss.add_(sums);
                }
                rowLoss.mul_(factors);
                try (Tensor sum = rowLoss.sum()) {
                    total.add_(sum);
                }
            }
            if (wantsGradients && context.compute() != DType.FLOAT32) {
                logits.copy_(work);
            }
        }
    }

    /** In one pass over the logits. */
    private void addLoss(
            CudaCrossEntropy kernels, Tensor total, Tensor logits, Tensor targets, Tensor count, Head head) {
        try (Tensor factors = loss.validity(targets, head.ignoreIndex());
                Tensor places = LossKernels.safeTargets(targets, factors);
                Tensor terms = context.empty(DType.FLOAT32, logits.size(0))) {
            factors.div_(count);
            kernels.lossAndGradient(logits, head.smoothing(), factors, places, terms);
            terms.mul_(factors);
            try (Tensor sum = terms.sum()) {
                total.add_(sum);
            }
        }
    }

    private static void relativeToGreatest(Tensor rows) {
        try (Tensor greatest = rows.amax(new long[] {1}, true)) {
            rows.sub_(greatest);
        }
    }

    /** The target's number of each row, mixed with the mean of all where labels are smoothed, negative: [rows, 1]. */
    private Tensor negativeTargets(Tensor rows, Tensor places, double smoothing) {
        Tensor picked = torch.gather(rows, 1, places);
        if (smoothing > 0) {
            try (Tensor all = rows.sum(new long[] {1}, true, context.ownType())) {
                picked.mul_(context.scalar(1 - smoothing));
                all.mul_(context.scalar(smoothing / Tensors.last(rows)));
                picked.add_(all);
            }
        }
        return picked.neg_();
    }

    /**
     * Makes gradients of exponentials: the probabilities less what is spread over all classes, and less what is the target's.
     *
     * @param factors of each row, [rows, 1]
     */
    private void toGradients(Tensor exponentials, Tensor sums, Tensor factors, Tensor places, double smoothing) {
        try (Tensor scale = factors.div(sums)) {
            exponentials.mul_(scale);
        }
        if (smoothing > 0) {
            try (Tensor spread = factors.mul(context.scalar(smoothing / Tensors.last(exponentials)))) {
                exponentials.sub_(spread);
            }
        }
        try (Tensor hot = factors.mul(context.scalar(smoothing - 1))) {
            exponentials.scatter_add_(1, places, hot);
        }
    }

    /** The first rows write the weight's gradient, the others add to it. */
    private void addGradients(Tensor dLogits, Tensor x, Head head, Gradients gradients, long start) {
        try (Tensor dx = gradients.x().narrow(0, start, x.size(0));
                Tensor transposed = dLogits.t()) {
            torch.mm_out(dx, dLogits, head.weight());
            if (start == 0) {
                torch.mm_out(gradients.weight(), transposed, x);
            } else {
                gradients.weight().addmm_(transposed, x);
            }
        }
        Tensor dBias = gradients.bias();
        if (dBias != null) {
            try (Tensor sum = linear.biasGradient(dLogits)) {
                dBias.add_(sum);
            }
        }
    }
}
