package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.DType;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Losses, in 32-bit floats. Cross-entropy works in runs of rows: no temporary is as large as the logits, and its backward pass makes
 * softmax minus target in the result's own buffer, where autograd keeps two such tensors.
 */
final class LossKernels {
    /** Elements a run: about a megabyte of floats, which the second pass over it finds in the cache. */
    private static final long RUN = 1 << 18;

    /** Elements a run on CUDA, where a launch costs more than the cache saves. */
    private static final long CUDA_RUN = 1 << 26;

    private final KernelContext context;
    private final @Nullable CudaCrossEntropy cuda;

    LossKernels(KernelContext context) {
        this.context = context;
        CudaDevice device = context.cuda();
        this.cuda = device == null ? null : new CudaCrossEntropy(device.kernels());
    }

    /** The number of rows of {@code classes} that make a run. */
    private long rowsOf(long classes) {
        long run = context.device() == DeviceKind.CUDA ? CUDA_RUN : RUN;
        return Math.max(1, run / Math.max(1, classes));
    }

    Tensor[] crossEntropy(Tensor logits, Tensor targets, long ignoreIndex, double smoothing) {
        requireSmoothing(smoothing);
        Tensor logProbabilities = logSoftmax(logits);
        try (Tensor rows = Tensors.rows(logProbabilities);
                Tensor flat = targets.reshape(-1);
                Tensor valid = validity(flat, ignoreIndex);
                Tensor safe = safeTargets(flat, valid);
                Tensor column = safe.unsqueeze(1);
                Tensor picked = torch.gather(rows, 1, column);
                Tensor values = picked.squeeze(1)) {
            Tensor weight = valid.sum();
            if (smoothing > 0) {
                try (Tensor perRow = rows.sum(1)) {
                    values.mul_(context.scalar(1 - smoothing));
                    perRow.mul_(context.scalar(smoothing / Tensors.last(rows)));
                    values.add_(perRow);
                }
            }
            values.mul_(valid).neg_();
            Tensor loss = values.sum();
            try (Tensor count = weight.clamp_min(context.scalar(1))) {
                loss.div_(count);
            }
            return new Tensor[] {loss, logProbabilities, weight};
        }
    }

    /** Logarithms of a softmax over the last dimension, in 32-bit floats. */
    Tensor logSoftmax(Tensor logits) {
        if (cuda != null && cuda.takes(Tensors.type(logits))) {
            Tensor result = context.empty(DType.FLOAT32, Tensors.shape(logits));
            try (Tensor from = Tensors.rows(logits);
                    Tensor dense = Tensors.contiguous(from);
                    Tensor to = Tensors.rows(result)) {
                cuda.logSoftmax(dense, to);
            }
            return result;
        }
        if (Tensors.is(logits, DType.FLOAT32)) {
            return logits.log_softmax(-1, context.floatType());
        }
        Tensor result = context.empty(DType.FLOAT32, Tensors.shape(logits));
        try (Tensor from = Tensors.rows(logits);
                Tensor to = Tensors.rows(result)) {
            long step = rowsOf(to.size(1));
            for (long start = 0; start < to.size(0); start += step) {
                long length = Math.min(step, to.size(0) - start);
                try (Tensor narrow = from.narrow(0, start, length);
                        Tensor wide = narrow.to(Tensors.torchType(DType.FLOAT32));
                        Tensor target = to.narrow(0, start, length)) {
                    torch.log_softmax_out(target, wide, 1, context.floatType());
                }
            }
        }
        return result;
    }

    Tensor crossEntropyBackward(
            Tensor dloss, Tensor logProbabilities, Tensor targets, Tensor weight, long ignoreIndex, double smoothing) {
        requireSmoothing(smoothing);
        Tensor gradient = context.empty(context.compute(), Tensors.shape(logProbabilities));
        long classes = Tensors.last(logProbabilities);
        try (Tensor rows = Tensors.rows(logProbabilities);
                Tensor result = Tensors.rows(gradient);
                Tensor flat = targets.reshape(-1);
                Tensor factor = validity(flat, ignoreIndex);
                Tensor safe = safeTargets(flat, factor);
                Tensor index = safe.unsqueeze(1);
                Tensor column = factor.unsqueeze(1);
                Tensor count = weight.clamp_min(context.scalar(1));
                Tensor scaled = factor.mul_(dloss).div_(count).mul(context.scalar(smoothing - 1));
                Tensor subtrahend = scaled.unsqueeze(1)) {
            byRows(rows, result, smoothing / classes, column, index, subtrahend);
        }
        return gradient;
    }

    /**
     * Gradients of rows of logits: probabilities less {@code uniform}, times the row's factor, and one class more.
     *
     * @param logProbabilities [rows, classes]
     * @param result [rows, classes]
     * @param factors [rows, 1]
     * @param places class of each row, [rows, 1]
     * @param added what is added there, [rows, 1]
     */
    void byRows(Tensor logProbabilities, Tensor result, double uniform, Tensor factors, Tensor places, Tensor added) {
        if (cuda != null && cuda.takes(context.compute())) {
            cuda.gradient(logProbabilities, result, uniform, factors, places, added);
            return;
        }
        long rows = result.size(0);
        long step = rowsOf(result.size(1));
        for (long start = 0; start < rows; start += step) {
            long length = Math.min(step, rows - start);
            try (Tensor from = logProbabilities.narrow(0, start, length);
                    Tensor to = result.narrow(0, start, length);
                    Tensor work = workspace(to);
                    Tensor place = places.narrow(0, start, length);
                    Tensor more = added.narrow(0, start, length);
                    Tensor factor = factors.narrow(0, start, length)) {
                torch.exp_out(work, from);
                if (uniform > 0) {
                    work.sub_(context.scalar(uniform));
                }
                // In the order in which autograd rounds.
                work.mul_(factor);
                work.scatter_add_(1, place, more);
                if (context.compute() != DType.FLOAT32) {
                    to.copy_(work);
                }
            }
        }
    }

    /** Results in 32-bit floats are worked out in place. */
    private Tensor workspace(Tensor run) {
        return context.compute() == DType.FLOAT32
                ? Tensors.share(run)
                : context.empty(DType.FLOAT32, Tensors.shape(run));
    }

    /** 1 for a target that counts, 0 for an ignored one. */
    Tensor validity(Tensor targets, long ignoreIndex) {
        try (Tensor valid = targets.ne(context.whole(ignoreIndex))) {
            return valid.to(Tensors.torchType(DType.FLOAT32));
        }
    }

    /** Ignored targets point at class 0, where their factor of 0 makes them harmless. */
    static Tensor safeTargets(Tensor targets, Tensor valid) {
        try (Tensor mask = valid.to(Tensors.torchType(DType.INT64))) {
            return targets.mul(mask);
        }
    }

    static void requireSmoothing(double smoothing) {
        if (!(smoothing >= 0 && smoothing <= 1)) {
            throw new AshlarException("Label smoothing of " + smoothing + " is outside [0, 1]; choose a value in it.");
        }
    }

    Tensor meanSquaredError(Tensor x, Tensor targets) {
        // not mse_loss: its scalar keeps storage as large as x
        try (Tensor squares = squares(x, targets)) {
            return squares.mean();
        }
    }

    /** @param elements of all ranks */
    Tensor meanSquaredError(Tensor x, Tensor targets, long elements) {
        try (Tensor squares = squares(x, targets)) {
            Tensor sum = squares.sum();
            sum.div_(context.scalar(elements));
            return sum;
        }
    }

    private static Tensor squares(Tensor x, Tensor targets) {
        try (Tensor wide = Tensors.as(x, DType.FLOAT32);
                Tensor wideTargets = Tensors.as(targets, DType.FLOAT32)) {
            Tensor difference = wide.sub(wideTargets);
            difference.square_();
            return difference;
        }
    }

    /** @param elements of all ranks */
    Tensor meanSquaredErrorBackward(Tensor dloss, Tensor x, Tensor targets, long elements) {
        try (Tensor factor = dloss.mul(context.scalar(2.0 / Math.max(1, elements)))) {
            Tensor difference = x.sub(targets);
            difference.mul_(factor);
            return difference;
        }
    }
}
