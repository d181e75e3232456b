package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.DType;
import org.bytedeco.pytorch.Tensor;

/** A tensor times a scalar of the device by a kernel of our own: libtorch's reads and writes it even if the scalar is one. */
final class CudaScale {
    private static final String SOURCE = "scale";
    private static final int THREADS = 256;
    private static final long BLOCKS_PER_PROCESSOR = 8;

    private final CudaDevice device;

    CudaScale(CudaDevice device) {
        this.device = device;
    }

    /** Whether there is a kernel for such tensors. */
    boolean takes(Tensor x, Tensor scale) {
        DType type = Tensors.type(x);
        return device.kernels().available()
                && (type == DType.BFLOAT16 || type == DType.FLOAT32)
                && x.is_contiguous()
                && scale.numel() == 1
                && Tensors.is(scale, DType.FLOAT32);
    }

    /** {@code x *= scale}. */
    void scale(Tensor x, Tensor scale) {
        CudaKernel kernel = Tensors.is(x, DType.BFLOAT16)
                ? device.kernels().kernel(SOURCE, "scale", "BF16=1")
                : device.kernels().kernel(SOURCE, "scale");
        long blocks = Math.min(BLOCKS_PER_PROCESSOR * device.processors(), (x.numel() + THREADS - 1) / THREADS);
        kernel.launch(blocks, THREADS, 0, x, scale, x.numel());
    }
}
