package dev.ashlar.runtime.engine;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Matrix products with a weight [out, in], and embeddings. */
final class LinearKernels implements AutoCloseable {
    private final KernelContext context;
    private final @Nullable CudaColumnSums columnSums;

    LinearKernels(KernelContext context) {
        this.context = context;
        CudaDevice device = context.cuda();
        this.columnSums = device == null ? null : new CudaColumnSums(context, device);
    }

    /** Sums of columns that other kernels may leave parts of: the gradient of a bias is then collected from these. Null on the CPU. */
    @Nullable
    CudaColumnSums columnSums() {
        return columnSums;
    }

    Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
        if (bias == null) {
            return torch.linear(x, weight, context.absent());
        }
        try (TensorOptional optional = new TensorOptional(bias)) {
            return torch.linear(x, weight, optional);
        }
    }

    Tensor inputGradient(Tensor dy, Tensor weight) {
        return dy.matmul(weight);
    }

    Tensor weightGradient(Tensor dy, Tensor x) {
        try (Tensor dyRows = Tensors.rows(dy);
                Tensor xRows = Tensors.rows(x);
                Tensor transposed = dyRows.t()) {
            return transposed.mm(xRows);
        }
    }

    /** Whether products and sums are made in memory that is given to them. (On the CPU plans count them beside it.) */
    boolean writesToPlaces() {
        return context.device() == DeviceKind.CUDA;
    }

    /** @param place [out, in], contiguous; returned */
    Tensor weightGradient(Tensor dy, Tensor x, Tensor place) {
        try (Tensor dyRows = Tensors.rows(dy);
                Tensor xRows = Tensors.rows(x);
                Tensor transposed = dyRows.t()) {
            torch.mm_out(place, transposed, xRows);
        }
        return place;
    }

    /** @param place [out], contiguous; returned */
    Tensor biasGradient(Tensor dy, Tensor place) {
        try (Tensor rows = Tensors.rows(dy)) {
            if (columnSums != null && columnSums.takes(rows)) {
                columnSums.sum(rows, place);
            } else {
                torch.sum_out(place, rows, 0);
            }
        }
        return place;
    }

    Tensor biasGradient(Tensor dy) {
        try (Tensor rows = Tensors.rows(dy)) {
            return columnSums != null && columnSums.takes(rows) ? columnSums.sum(rows) : rows.sum(0);
        }
    }

    /** {@code target} += dy·weight, on CUDA in one product; a second handle on the target. */
    Tensor addInputGradient(Tensor dy, Tensor weight, Tensor target) {
        if (context.device() == DeviceKind.CPU || !target.is_contiguous()) {
            try (Tensor gradient = inputGradient(dy, weight)) {
                target.add_(gradient);
            }
            return Tensors.share(target);
        }
        try (Tensor rows = Tensors.rows(dy);
                Tensor sum = Tensors.rows(target)) {
            sum.addmm_(rows, weight);
        }
        return Tensors.share(target);
    }

    Tensor embedding(Tensor ids, Tensor weight) {
        return torch.embedding(weight, ids);
    }

    Tensor embeddingWeightGradient(Tensor dy, Tensor ids, long rows) {
        return torch.embedding_dense_backward(dy, ids, rows, -1, false);
    }

    /** Ids outside the rows read row 0 and are zeroed. */
    Tensor embeddingShard(Tensor ids, Tensor weight, long offset) {
        try (Tensor inside = inside(ids, offset, weight.size(0));
                Tensor local = local(ids, offset, inside);
                Tensor y = torch.embedding(weight, local);
                Tensor column = inside.unsqueeze(-1)) {
            return y.mul(column);
        }
    }

    Tensor embeddingShardWeightGradient(Tensor dy, Tensor ids, long rows, long offset) {
        try (Tensor inside = inside(ids, offset, rows);
                Tensor local = local(ids, offset, inside);
                Tensor column = inside.unsqueeze(-1);
                Tensor masked = dy.mul(column)) {
            return torch.embedding_dense_backward(masked, local, rows, -1, false);
        }
    }

    private Tensor inside(Tensor ids, long offset, long rows) {
        try (Tensor from = ids.ge(context.whole(offset));
                Tensor to = ids.lt(context.whole(offset + rows))) {
            return from.logical_and(to);
        }
    }

    private Tensor local(Tensor ids, long offset, Tensor inside) {
        try (Tensor shifted = ids.sub(context.whole(offset))) {
            return shifted.mul(inside);
        }
    }

    Tensor positionEmbedding(Tensor x, Tensor weight, long offset) {
        try (Tensor used = weight.narrow(0, offset, x.size(1))) {
            return x.add(used);
        }
    }

    Tensor positionEmbeddingWeightGradient(Tensor dy, long rows, long offset) {
        long length = dy.size(1);
        if (length == rows) {
            return dy.sum(0);
        }
        Tensor gradient = context.zeros(Tensors.type(dy), rows, dy.size(2));
        try (Tensor used = gradient.narrow(0, offset, length)) {
            torch.sum_out(used, dy, 0);
        }
        return gradient;
    }

    @Override
    public void close() {
        if (columnSums != null) {
            columnSums.close();
        }
    }
}
