package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.dist.Layout;
import dev.ashlar.runtime.dist.Peers;
import dev.ashlar.runtime.dist.Reduction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Clipping without the host: the factor that cuts the joint 2-norm of gradients down stays on the device. The little memory that it takes is
 * kept from step to step.
 */
final class CudaGradientNorm implements AutoCloseable {
    private static final String SOURCE = "gradient_norm";
    private static final int THREADS = 256;
    /** Numbers that a block takes at a time. */
    private static final long CHUNK = 16384;
    /** Tensors of a launch, as the kernel's table has them. */
    private static final int MOST = 160;

    private static final int WORDS = 3;
    /** Blocks of a launch, each with a sum of its own. */
    private static final int BLOCKS = 512;

    private final KernelContext context;
    private final CudaKernels kernels;
    private final int layouts;
    private @Nullable Tensor sums;
    private @Nullable Tensor totals;
    private @Nullable Tensor factor;

    /** @param parameters all that it may be asked for: recordings need its memory to stay where it is */
    CudaGradientNorm(KernelContext context, CudaKernels kernels, List<Parameter> parameters) {
        this.context = context;
        this.kernels = kernels;
        this.layouts = Math.toIntExact(
                parameters.stream().map(Parameter::updatedLayout).distinct().count());
    }

    /**
     * The factor for the gradients of parameters, in a 32-bit float: 1 unless their norm is larger; borrowed. Parts of one tensor are added up
     * over the ranks that share it, replicas count once.
     */
    Tensor factor(List<Parameter> parameters, double clipNorm) {
        Map<Layout, List<Tensor>> byLayout = new LinkedHashMap<>();
        for (Parameter parameter : parameters) {
            byLayout.computeIfAbsent(parameter.updatedLayout(), layout -> new ArrayList<>())
                    .add(Objects.requireNonNull(parameter.gradient()));
        }
        int groups = byLayout.size();
        Tensor ofBlocks = sums = kept(sums, DType.FLOAT64, (long) layouts * BLOCKS);
        Tensor ofGroups = totals = kept(totals, DType.FLOAT64, layouts);
        Tensor made = factor = kept(factor, DType.FLOAT32, 1);
        int group = 0;
        for (List<Tensor> gradients : byLayout.values()) {
            try (Tensor own = ofBlocks.narrow(0, (long) group++ * BLOCKS, BLOCKS)) {
                add(gradients, own);
            }
        }
        kernel("collect").launch(groups, THREADS, 0, ofBlocks, ofGroups, BLOCKS);
        reduce(byLayout.keySet(), ofGroups);
        kernel("cut").launch(1, 1, 0, ofGroups, groups, clipNorm, StatefulOptimizer.CLIP_EPS, made);
        return made;
    }

    private void add(List<Tensor> gradients, Tensor blocks) {
        for (int from = 0; from < gradients.size(); from += MOST) {
            List<Tensor> some = gradients.subList(from, Math.min(gradients.size(), from + MOST));
            try (LongPointer table = new LongPointer(MOST * WORDS)) {
                long chunks = 0;
                for (int i = 0; i < some.size(); i++) {
                    long count = some.get(i).numel();
                    table.put((long) i * WORDS, CudaKernel.address(some.get(i)));
                    table.put((long) i * WORDS + 1, count);
                    table.put((long) i * WORDS + 2, chunks);
                    chunks += (count + CHUNK - 1) / CHUNK;
                }
                kernel("partial").launch(BLOCKS, THREADS, 0, table, some.size(), chunks, blocks, from > 0 ? 1 : 0);
            }
        }
    }

    private void reduce(Iterable<Layout> layouts, Tensor groups) {
        int group = 0;
        for (Layout layout : layouts) {
            Peers peers = context.mesh().peers(layout);
            try (Tensor own = groups.select(0, group++)) {
                peers.reduce("clipping", own, Reduction.SUM);
            }
        }
    }

    private Tensor kept(@Nullable Tensor known, DType type, long size) {
        return known == null ? context.empty(type, size) : known;
    }

    private CudaKernel kernel(String name) {
        return context.compute() == DType.BFLOAT16
                ? kernels.kernel(SOURCE, name, "BF16=1")
                : kernels.kernel(SOURCE, name);
    }

    @Override
    public void close() {
        Tensors.close(sums, totals, factor);
        sums = null;
        totals = null;
        factor = null;
    }
}
