package dev.ashlar.runtime.engine;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Functions of single elements, and softmax. */
final class PointwiseKernels {
    private final KernelContext context;
    private final @Nullable CudaScale scaling;

    PointwiseKernels(KernelContext context) {
        this.context = context;
        CudaDevice device = context.cuda();
        this.scaling = device == null ? null : new CudaScale(device);
    }

    Tensor gelu(Tensor x, boolean tanh) {
        return torch.gelu(x, tanh ? "tanh" : "none");
    }

    Tensor geluBackward(Tensor dy, Tensor x, boolean tanh) {
        return torch.gelu_backward(dy, x, tanh ? "tanh" : "none");
    }

    Tensor reluBackward(Tensor dy, Tensor y) {
        return torch.threshold_backward(dy, y, context.scalar(0));
    }

    Tensor softmax(Tensor x, long dim) {
        return torch.softmax(x, dim, context.ownType());
    }

    Tensor softmaxBackward(Tensor dy, Tensor y, long dim) {
        return context.operator("_softmax_backward_data", 4).callForOne(dy, y, dim, y.scalar_type());
    }

    Tensor scale(Tensor x, double factor) {
        return x.mul(context.scalar(factor));
    }

    /** @param scale a tensor of one element */
    void scaleInPlace(Tensor x, Tensor scale) {
        if (scaling != null && scaling.takes(x, scale)) {
            scaling.scale(x, scale);
        } else {
            x.mul_(scale);
        }
    }

    void addInPlace(Tensor a, Tensor b) {
        a.add_(b);
    }
}
