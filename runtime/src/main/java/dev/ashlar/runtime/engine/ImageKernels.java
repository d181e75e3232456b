package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.DType;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Convolution, batch norm and pooling of images [batch, channels, height, width]. */
final class ImageKernels {
    private static final long[] NO_OUTPUT_PADDING = {0, 0};
    private static final long[] UNIT_DILATION = {1, 1};
    private static final long[] PIXELS = {2, 3};

    private final KernelContext context;

    ImageKernels(KernelContext context) {
        this.context = context;
    }

    Tensor conv2d(Tensor x, Tensor weight, @Nullable Tensor bias, Window window) {
        try (TensorOptional optional = bias == null ? new TensorOptional() : new TensorOptional(bias)) {
            return torch.convolution(
                    x,
                    weight,
                    optional,
                    window.stride,
                    window.padding,
                    window.dilation,
                    false,
                    NO_OUTPUT_PADDING,
                    window.groups);
        }
    }

    @Nullable
    Tensor[] conv2dBackward(Tensor dy, Tensor x, Tensor weight, Window window, boolean[] needs) {
        @Nullable
        Tensor[] gradients = Tensors.owned(torch.convolution_backward(
                dy,
                x,
                weight,
                new long[] {weight.size(0)},
                window.stride,
                window.padding,
                window.dilation,
                false,
                NO_OUTPUT_PADDING,
                window.groups,
                context.mask(needs[0], needs[1], needs[2])));
        // some of its kernels make the weight's gradient beside the bias's even so
        for (int i = 0; i < gradients.length; i++) {
            if (!needs[i]) {
                Tensors.close(gradients[i]);
                gradients[i] = null;
            }
        }
        return gradients;
    }

    /** How a convolution slides. */
    record Window(long[] stride, long[] padding, long[] dilation, long groups) {}

    /** Running statistics are in 32-bit floats, and beside them the kernel wants weight and bias so as well. */
    Tensor[] batchNorm(Tensor x, BatchNorm norm, boolean training, double momentum, double eps) {
        try (Tensor weight = Tensors.as(norm.weight, DType.FLOAT32);
                Tensor bias = Tensors.as(norm.bias, DType.FLOAT32);
                TensorOptional weightOptional = new TensorOptional(weight);
                TensorOptional biasOptional = new TensorOptional(bias);
                TensorOptional mean = new TensorOptional(norm.runningMean);
                TensorOptional variance = new TensorOptional(norm.runningVariance)) {
            return Tensors.all(
                    torch.native_batch_norm(x, weightOptional, biasOptional, mean, variance, training, momentum, eps));
        }
    }

    /** What a batch norm owns: weight and bias in the compute type, running statistics in 32-bit floats, each [channels]. */
    record BatchNorm(Tensor weight, Tensor bias, Tensor runningMean, Tensor runningVariance) {}

    @Nullable
    Tensor[] batchNormBackward(
            Tensor dy, Tensor x, Tensor weight, Tensor mean, Tensor invstd, double eps, boolean[] needs) {
        DType type = Tensors.type(weight);
        try (Tensor wide = Tensors.as(weight, DType.FLOAT32);
                TensorOptional weightOptional = new TensorOptional(wide);
                TensorOptional meanOptional = new TensorOptional(mean);
                TensorOptional invstdOptional = new TensorOptional(invstd)) {
            @Nullable
            Tensor[] gradients = Tensors.owned(torch.native_batch_norm_backward(
                    dy,
                    x,
                    weightOptional,
                    context.absent(),
                    context.absent(),
                    meanOptional,
                    invstdOptional,
                    true,
                    eps,
                    context.mask(needs[0], needs[1], needs[2])));
            for (int i = 1; i < gradients.length; i++) {
                Tensor gradient = gradients[i];
                gradients[i] = gradient == null ? null : Tensors.converted(gradient, type);
            }
            return gradients;
        }
    }

    Tensor[] maxPool2d(Tensor x, long[] kernel, long[] stride, long[] padding) {
        return Tensors.owned(torch.max_pool2d_with_indices(x, kernel, stride, padding, UNIT_DILATION, false));
    }

    Tensor maxPool2dBackward(Tensor dy, Tensor x, Tensor indices, long[] kernel, long[] stride, long[] padding) {
        return torch.max_pool2d_with_indices_backward(dy, x, kernel, stride, padding, UNIT_DILATION, false, indices);
    }

    Tensor globalAvgPool2d(Tensor x) {
        return x.mean(PIXELS, false, context.ownType());
    }

    Tensor globalAvgPool2dBackward(Tensor dy, long height, long width) {
        try (Tensor share = dy.div(context.scalar(height * width));
                Tensor pixel = share.view(dy.size(0), dy.size(1), 1, 1);
                Tensor all = pixel.expand(dy.size(0), dy.size(1), height, width)) {
            return all.contiguous();
        }
    }
}
