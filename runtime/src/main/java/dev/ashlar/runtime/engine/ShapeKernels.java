package dev.ashlar.runtime.engine;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Other shapes of the same elements, and tensors put together or taken apart. */
final class ShapeKernels {
    private ShapeKernels() {}

    static Tensor rearrange(Tensor x, long[] split, long[] order, long[] merge) {
        try (Tensor apart = x.reshape(split);
                Tensor ordered = apart.permute(order)) {
            return ordered.reshape(merge);
        }
    }

    static Tensor stack(Tensor[] tensors) {
        try (TensorVector vector = new TensorVector(tensors)) {
            return torch.stack(vector);
        }
    }

    static Tensor sum(Tensor[] tensors) {
        if (tensors.length == 0) {
            throw new IllegalArgumentException("a sum of no tensors has no shape");
        }
        if (tensors.length == 1) {
            return Tensors.share(tensors[0]);
        }
        Tensor total = tensors[0].add(tensors[1]);
        for (int i = 2; i < tensors.length; i++) {
            total.add_(tensors[i]);
        }
        return total;
    }
}
