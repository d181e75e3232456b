package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.DType;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;

/** Adds what several ranks have sent, in their order and in 32-bit floats, rounded once: the same on every rank whose part it is. */
final class CudaSums {
    private static final String SOURCE = "sum";
    private static final int THREADS = 256;
    /** What a thread reads at once. */
    static final long VECTOR_BYTES = 16;

    private final CudaDevice device;

    CudaSums(CudaDevice device) {
        this.device = device;
    }

    /** Whether there is a kernel for such tensors. */
    boolean takes(Tensor addend) {
        DType type = Tensors.type(addend);
        return device.kernels().available() && (type == DType.BFLOAT16 || type == DType.FLOAT32);
    }

    /**
     * Adds on a stream.
     *
     * @param result of one part
     * @param stack [ranks, …]: this rank's addends are its part of it
     * @param slots the others' addends, a slot of so many bytes a rank
     * @param from first byte of the part that is added
     * @param bytes so many, in whole vectors
     * @param place of this rank among them
     */
    void sum(
            CUstream_st stream,
            Tensor result,
            Tensor stack,
            BytePointer slots,
            long slotBytes,
            long from,
            long bytes,
            int place) {
        CudaKernel kernel = Tensors.is(result, DType.FLOAT32)
                ? device.kernels().kernel(SOURCE, "sum_parts")
                : device.kernels().kernel(SOURCE, "sum_parts", "BF16=1");
        long packs = bytes / VECTOR_BYTES;
        long blocks = Math.min(device.processors(), (packs + THREADS - 1) / THREADS);
        kernel.launch(
                stream,
                blocks,
                THREADS,
                0,
                CudaKernel.address(result) + from,
                CudaKernel.address(stack) + place * result.nbytes() + from,
                slots.address(),
                slotBytes,
                (int) stack.size(0),
                place,
                packs);
    }
}
