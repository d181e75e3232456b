package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.dist.Peers;
import dev.ashlar.runtime.dist.Reduction;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Cross-entropy of logits that are cut into parts, by rows or classes or both. Ranks that have other classes of the same rows reduce, for
 * each row, the greatest logarithm of a sum of exponentials (4 bytes), then the sum of exponentials and the target's logit (8 bytes; 12
 * with smoothing); ranks that have other rows the loss and the number of targets (8 bytes in all). Backward reduces nothing.
 */
final class LossShardKernels {
    private final KernelContext context;
    private final LossKernels whole;
    private final @Nullable CudaCrossEntropy cuda;

    LossShardKernels(KernelContext context, LossKernels whole) {
        this.context = context;
        this.whole = whole;
        CudaDevice device = context.cuda();
        this.cuda = device == null ? null : new CudaCrossEntropy(device.kernels());
    }

    /**
     * Which part this rank has.
     *
     * @param offset its first class
     * @param classes number of all classes
     * @param rows ranks that have other rows
     * @param columns ranks that have other classes
     * @param at what the ranks reduce for
     */
    record Shard(long offset, long classes, Peers rows, Peers columns, String at) {}

    Tensor[] crossEntropy(Tensor logits, Tensor targets, long ignoreIndex, double smoothing, Shard shard) {
        LossKernels.requireSmoothing(smoothing);
        @Nullable
        CudaCrossEntropy ours = cuda != null
                        && cuda.takes(Tensors.type(logits))
                        && !shard.columns().isEmpty()
                ? cuda
                : null;
        Tensor logProbabilities =
                ours == null ? whole.logSoftmax(logits) : context.empty(DType.FLOAT32, Tensors.shape(logits));
        try (Tensor own = Tensors.rows(logits);
                Tensor rows = Tensors.rows(logProbabilities);
                Tensor flat = targets.reshape(-1);
                Tensor perRow = ours == null
                        ? perRow(own, rows, flat, ignoreIndex, smoothing, shard)
                        : perRow(ours, own, rows, flat, smoothing, shard);
                Tensor valid = whole.validity(flat, ignoreIndex);
                Tensor sums = context.zeros(DType.FLOAT32, 2);
                Tensor first = sums.select(0, 0);
                Tensor second = sums.select(0, 1)) {
            perRow.mul_(valid).neg_();
            torch.sum_out(first, perRow, 0);
            torch.sum_out(second, valid, 0);
            shard.rows().reduce(shard.at(), sums, Reduction.SUM);
            Tensor weight = second.clone();
            try (Tensor count = weight.clamp_min(context.scalar(1))) {
                return new Tensor[] {first.div(count), logProbabilities, weight};
            }
        }
    }

    /**
     * The same by kernels that read logits twice and write logarithms once.
     *
     * @param rows for the logarithms of probabilities
     * @return any number for rows that do not count
     */
    private Tensor perRow(
            CudaCrossEntropy kernels, Tensor logits, Tensor rows, Tensor targets, double smoothing, Shard shard) {
        try (Tensor dense = Tensors.contiguous(logits);
                Tensor ids = Tensors.contiguous(targets);
                Tensor own = context.empty(DType.FLOAT32, targets.numel());
                Tensor stack = context.empty(DType.FLOAT32, smoothing > 0 ? 3 : 2, targets.numel())) {
            kernels.logSumExp(dense, ids, shard.offset(), own, stack);
            try (Tensor greatest = own.clone();
                    Tensor exponentials = stack.select(0, 0);
                    Tensor target = stack.select(0, 1)) {
                shard.columns().reduce(shard.at(), greatest, Reduction.MAXIMUM);
                torch.exp_out(exponentials, own.sub_(greatest));
                shard.columns().reduce(shard.at(), stack, Reduction.SUM);
                Tensor normaliser = greatest.add_(exponentials.log_());
                kernels.subtract(dense, rows, normaliser);
                target.sub_(normaliser);
                if (smoothing > 0) {
                    try (Tensor total = stack.select(0, 2)) {
                        smooth(target, total, normaliser, smoothing, shard.classes());
                    }
                }
                return target.clone();
            }
        }
    }

    /**
     * What each row adds to the negative loss. Logarithms of probabilities among a rank's own classes become those among all.
     *
     * @param rows of such logarithms, changed in place
     */
    private Tensor perRow(Tensor logits, Tensor rows, Tensor targets, long ignoreIndex, double smoothing, Shard shard) {
        if (shard.columns().isEmpty()) {
            return mixed(rows, targets, ignoreIndex, smoothing, shard);
        }
        int sums = smoothing > 0 ? 3 : 2;
        try (Tensor own = relativeLogSumExp(logits, rows, shard);
                Tensor hot = picked(rows, targets, ignoreIndex, shard, numbers -> numbers.add_(own));
                Tensor stack = context.empty(DType.FLOAT32, sums, targets.numel());
                Tensor exponentials = stack.select(0, 0);
                Tensor target = stack.select(0, 1)) {
            torch.exp_out(exponentials, own);
            target.copy_(hot);
            if (smoothing > 0) {
                try (Tensor total = stack.select(0, 2)) {
                    torch.sum_out(total, rows, 1);
                    total.add_(own, context.scalar(rows.size(1)));
                }
            }
            shard.columns().reduce(shard.at(), stack, Reduction.SUM);
            exponentials.log_();
            own.sub_(exponentials);
            try (Tensor column = own.unsqueeze(1)) {
                rows.add_(column); // once: rows are large
            }
            target.sub_(exponentials);
            if (smoothing > 0) {
                try (Tensor total = stack.select(0, 2)) {
                    smooth(target, total, exponentials, smoothing, shard.classes());
                }
            }
            return target.clone();
        }
    }

    /** Each row's own logarithm of its sum of exponentials, less the greatest of all ranks, so that what is added up stays small. */
    private static Tensor relativeLogSumExp(Tensor logits, Tensor rows, Shard shard) {
        Tensor own = logSumExp(logits, rows);
        try (Tensor greatest = own.clone()) {
            shard.columns().reduce(shard.at(), greatest, Reduction.MAXIMUM);
            own.sub_(greatest);
        }
        return own;
    }

    /** The logarithm of each row's sum of exponentials: where the logit is greatest, both are exact. */
    private static Tensor logSumExp(Tensor logits, Tensor rows) {
        try (Tensor logit = logits.amax(new long[] {1}, false);
                Tensor logProbability = rows.amax(new long[] {1}, false)) {
            return logit.sub(logProbability);
        }
    }

    /** Rows whose classes are all here. */
    private Tensor mixed(Tensor rows, Tensor targets, long ignoreIndex, double smoothing, Shard shard) {
        Tensor result = picked(rows, targets, ignoreIndex, shard, numbers -> {});
        if (smoothing > 0) {
            try (Tensor total = rows.sum(1)) {
                result.mul_(context.scalar(1 - smoothing));
                total.mul_(context.scalar(smoothing / shard.classes()));
                result.add_(total);
            }
        }
        return result;
    }

    /**
     * Mixes each target's logarithm with the mean of all.
     *
     * @param total the sum over all classes, before {@code normaliser} was subtracted from each
     */
    private void smooth(Tensor result, Tensor total, Tensor normaliser, double smoothing, long classes) {
        result.mul_(context.scalar(1 - smoothing));
        total.mul_(context.scalar(smoothing / classes));
        result.add_(total);
        try (Tensor share = normaliser.mul(context.scalar(smoothing))) {
            result.sub_(share);
        }
    }

    /**
     * The row's number at its target; 0 where the target is not here, or does not count.
     *
     * @param change of all numbers, in place
     */
    private Tensor picked(Tensor rows, Tensor targets, long ignoreIndex, Shard shard, Consumer<Tensor> change) {
        try (Tensor outside = outside(targets, ignoreIndex, shard.offset(), rows.size(1));
                Tensor places = places(targets, outside, shard.offset());
                Tensor column = places.unsqueeze(1);
                Tensor numbers = torch.gather(rows, 1, column)) {
            Tensor result = numbers.squeeze(1);
            change.accept(result);
            result.masked_fill_(outside, context.scalar(0));
            return result;
        }
    }

    private Tensor outside(Tensor targets, long ignoreIndex, long offset, long part) {
        Tensor outside = targets.lt(context.whole(offset));
        try (Tensor above = targets.ge(context.whole(offset + part));
                Tensor ignored = targets.eq(context.whole(ignoreIndex))) {
            outside.logical_or_(above).logical_or_(ignored);
        }
        return outside;
    }

    /** Targets counted from the first class that is here; those that are not point at class 0. */
    private Tensor places(Tensor targets, Tensor outside, long offset) {
        Tensor places = targets.sub(context.whole(offset));
        places.masked_fill_(outside, context.whole(0));
        return places;
    }

    Tensor crossEntropyBackward(
            Tensor dloss,
            Tensor logProbabilities,
            Tensor targets,
            Tensor weight,
            long ignoreIndex,
            double smoothing,
            long offset,
            long classes) {
        LossKernels.requireSmoothing(smoothing);
        Tensor gradient = context.empty(context.compute(), Tensors.shape(logProbabilities));
        try (Tensor rows = Tensors.rows(logProbabilities);
                Tensor result = Tensors.rows(gradient);
                Tensor flat = targets.reshape(-1);
                Tensor outside = outside(flat, ignoreIndex, offset, rows.size(1));
                Tensor places = places(flat, outside, offset);
                Tensor index = places.unsqueeze(1);
                Tensor factor = whole.validity(flat, ignoreIndex);
                Tensor column = factor.unsqueeze(1);
                Tensor count = weight.clamp_min(context.scalar(1))) {
            factor.mul_(dloss).div_(count);
            try (Tensor hot = factor.mul(context.scalar(smoothing - 1));
                    Tensor added = hot.unsqueeze(1)) {
                hot.masked_fill_(outside, context.scalar(0));
                whole.byRows(rows, result, smoothing / classes, column, index, added);
            }
        }
        return gradient;
    }
}
