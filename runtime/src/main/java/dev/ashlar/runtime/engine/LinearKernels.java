package dev.ashlar.runtime.engine;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Matrix products with a weight [out, in], and embeddings. */
final class LinearKernels {
    private final KernelContext context;

    LinearKernels(KernelContext context) {
        this.context = context;
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

    Tensor biasGradient(Tensor dy) {
        try (Tensor rows = Tensors.rows(dy)) {
            return rows.sum(0);
        }
    }

    Tensor embedding(Tensor ids, Tensor weight) {
        return torch.embedding(weight, ids);
    }

    Tensor embeddingWeightGradient(Tensor dy, Tensor ids, long rows) {
        return torch.embedding_dense_backward(dy, ids, rows, -1, false);
    }

    Tensor positionEmbedding(Tensor x, Tensor weight) {
        try (Tensor used = weight.narrow(0, 0, x.size(1))) {
            return x.add(used);
        }
    }

    Tensor positionEmbeddingWeightGradient(Tensor dy, long rows) {
        long length = dy.size(1);
        if (length == rows) {
            return dy.sum(0);
        }
        Tensor gradient = context.zeros(Tensors.type(dy), rows, dy.size(2));
        try (Tensor used = gradient.narrow(0, 0, length)) {
            torch.sum_out(used, dy, 0);
        }
        return gradient;
    }
}
