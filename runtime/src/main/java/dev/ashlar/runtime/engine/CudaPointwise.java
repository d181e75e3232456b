package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Functions of single elements by kernels that the compiler has written: every tensor is read or written once. Sums over the columns of what
 * they make are left in parts.
 */
final class CudaPointwise {
    private static final String SOURCE = "pointwise";
    private static final int THREADS = 256;
    private static final long VECTOR_BYTES = 16;

    private final KernelContext context;
    private final CudaDevice device;
    private final CudaColumnSums sums;
    /** By type, name and text. */
    private final Map<String, CudaKernel> kernels = new HashMap<>();

    /** @param sums of columns, of which this leaves parts */
    CudaPointwise(KernelContext context, CudaDevice device, CudaColumnSums sums) {
        this.context = context;
        this.device = device;
        this.sums = sums;
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
                && (mask == null || place(tensors[0], mask).isInBlocks());
    }

    private static GlobalIndices place(Tensor x, FusedPointwiseKernels.Mask mask) {
        return GlobalIndices.of(Tensors.shape(x), mask.whole(), mask.offset());
    }

    Tensor[] run(PointwiseProgram program, FusedPointwiseKernels.@Nullable Mask mask, Tensor[] tensors) {
        long vector = VECTOR_BYTES / tensors[0].element_size();
        List<Tensor> dense = new ArrayList<>();
        boolean vectors = true;
        for (Tensor tensor : tensors) {
            Tensor one = tensor.contiguous();
            dense.add(one);
            vectors &= Tensors.address(one) % VECTOR_BYTES == 0;
        }
        List<Object> memory = new ArrayList<>(dense);
        Tensor[] results = new Tensor[program.results()];
        for (int i = 0; i < results.length; i++) {
            results[i] = context.empty(Tensors.type(tensors[0]), Tensors.shape(tensors[0]));
            memory.add(results[i]);
        }
        List<Object> where = new ArrayList<>();
        if (mask != null) {
            GlobalIndices place = place(tensors[0], mask);
            vectors &= place.columns() % vector == 0;
            addPlace(where, place, mask.hashKey());
        }
        boolean sum = program.sums() && vectors;
        if (!sum || !summing(program, memory, where, results[0], tensors.length)) {
            plain(program, memory, where, results[0], tensors.length, vectors ? vector : 0);
        }
        dense.forEach(Tensor::close);
        return results;
    }

    /** @param vector elements of one; 0 for one element after the other */
    private void plain(
            PointwiseProgram program, List<Object> memory, List<Object> where, Tensor y, int inputs, long vector) {
        long elements = y.numel();
        long packs = vector == 0 ? 0 : elements / vector;
        List<Object> arguments = new ArrayList<>(memory);
        arguments.add(Math.toIntExact(elements));
        arguments.add(Math.toIntExact(packs));
        arguments.addAll(where);
        long threads = Math.max(packs, elements - packs * vector);
        kernel("pointwise", program, inputs, Tensors.type(y))
                .launch((threads + THREADS - 1) / THREADS, THREADS, 0, arguments.toArray());
    }

    /** Whether this matrix has sums in parts; then they are there. */
    private boolean summing(PointwiseProgram program, List<Object> memory, List<Object> where, Tensor y, int inputs) {
        try (Tensor rows = Tensors.rows(y)) {
            if (!sums.takes(rows)) {
                return false;
            }
            List<Object> arguments = new ArrayList<>(memory);
            arguments.add(sums.parts());
            arguments.add(Math.toIntExact(rows.size(0)));
            arguments.add(Math.toIntExact(rows.size(1)));
            arguments.add(Math.toIntExact(CudaColumnSums.blocksAcross(rows)));
            arguments.addAll(where);
            kernel("summing", program, inputs, Tensors.type(y))
                    .launch(
                            CudaColumnSums.blocksAcross(rows) * sums.blocksAlong(rows),
                            THREADS,
                            0,
                            arguments.toArray());
            sums.ahead(y);
            return true;
        }
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

    private CudaKernel kernel(String name, PointwiseProgram program, int inputs, DType type) {
        return kernels.computeIfAbsent(type + " " + name + " " + program.text(), key -> {
            String text = CudaKernels.resource(SOURCE) + "\n" + program.kernel(inputs);
            return type == DType.BFLOAT16
                    ? device.kernels().written(SOURCE, text, name, "BF16=1")
                    : device.kernels().written(SOURCE, text, name);
        });
    }
}
