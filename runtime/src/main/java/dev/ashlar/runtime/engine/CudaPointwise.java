package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Functions of single elements by kernels that the compiler has written: every tensor is read or written once. */
final class CudaPointwise {
    private static final String SOURCE = "pointwise";
    private static final int THREADS = 256;
    private static final long VECTOR_BYTES = 16;

    private final KernelContext context;
    private final CudaDevice device;
    private final Map<String, String> texts = new HashMap<>();

    CudaPointwise(KernelContext context, CudaDevice device) {
        this.context = context;
        this.device = device;
    }

    /** Whether there are kernels for such tensors. */
    boolean takes(Tensor[] tensors, FusedPointwiseKernels.@Nullable Mask mask) {
        DType type = Tensors.type(tensors[0]);
        boolean alike = true;
        for (Tensor tensor : tensors) {
            alike &= Tensors.is(tensor, type);
        }
        return device.kernels().available()
                && alike
                && (type == DType.BFLOAT16 || type == DType.FLOAT32)
                && tensors[0].numel() > 0
                && tensors[0].numel() <= Integer.MAX_VALUE
                && (mask == null || place(tensors[0], mask).isTwoDimensional());
    }

    private static GlobalIndices place(Tensor x, FusedPointwiseKernels.Mask mask) {
        return GlobalIndices.of(Tensors.shape(x), mask.whole(), mask.offset());
    }

    Tensor[] run(PointwiseProgram program, FusedPointwiseKernels.@Nullable Mask mask, Tensor[] tensors) {
        DType type = Tensors.type(tensors[0]);
        long[] shape = Tensors.shape(tensors[0]);
        int elements = Math.toIntExact(tensors[0].numel());
        long vector = VECTOR_BYTES / tensors[0].element_size();
        List<Tensor> dense = new ArrayList<>();
        Tensor[] results = new Tensor[program.results()];
        boolean aligned = true;
        for (Tensor tensor : tensors) {
            dense.add(tensor.contiguous());
            aligned &= isAligned(dense.get(dense.size() - 1));
        }
        List<Object> arguments = new ArrayList<>(dense);
        for (int i = 0; i < results.length; i++) {
            results[i] = context.empty(type, shape);
            arguments.add(results[i]);
        }
        arguments.add(elements);
        if (mask == null) {
            arguments.add(aligned ? Math.toIntExact(elements / vector) : 0);
        } else {
            GlobalIndices place = place(tensors[0], mask);
            arguments.add(aligned && place.columns() % vector == 0 ? Math.toIntExact(elements / vector) : 0);
            addPlace(arguments, place, mask.hashKey());
        }
        long threads = Math.max(1, aligned ? elements / vector : elements);
        kernel(program, tensors.length, type)
                .launch((threads + THREADS - 1) / THREADS, THREADS, 0, arguments.toArray());
        dense.forEach(Tensor::close);
        return results;
    }

    /** Lower 32 bits: behind four thousand million elements a mask begins anew. */
    private static void addPlace(List<Object> arguments, GlobalIndices place, long key) {
        arguments.add((int) key);
        arguments.add((int) (key >>> 32) | 1);
        arguments.add((int) place.offset());
        arguments.add((int) place.columns());
        arguments.add((int) place.rows());
        arguments.add((int) place.rowStride());
        arguments.add((int) place.blockStride());
    }

    private static boolean isAligned(Tensor tensor) {
        try (Pointer data = tensor.data_ptr()) {
            return data != null && data.address() % VECTOR_BYTES == 0;
        }
    }

    private CudaKernel kernel(PointwiseProgram program, int inputs, DType type) {
        String text = texts.computeIfAbsent(
                program.text(), t -> CudaKernels.resource(SOURCE) + "\n" + program.kernel(inputs));
        return type == DType.BFLOAT16
                ? device.kernels().written(SOURCE, text, SOURCE, "BF16=1")
                : device.kernels().written(SOURCE, text, SOURCE);
    }
}
