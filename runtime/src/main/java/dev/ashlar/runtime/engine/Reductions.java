package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.dist.Mesh;
import dev.ashlar.runtime.dist.Reduction;
import dev.ashlar.runtime.dist.Running;
import dev.ashlar.runtime.dist.Scattering;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/**
 * Sums of gradients over the ranks that run while backward goes on. They are waited for in the order in which they were started, or by
 * name; then the parameters have them.
 */
public final class Reductions implements AutoCloseable {
    private final KernelContext context;
    private final Mesh mesh;
    private final Trace trace;
    private final MemoryFormatOptional dense = new MemoryFormatOptional(MemoryFormat.Contiguous);
    private final Deque<Started> started = new ArrayDeque<>();
    private String place = "";

    Reductions(KernelContext context, Trace trace) {
        this.context = context;
        this.mesh = context.mesh();
        this.trace = trace;
    }

    /** A reduction that is running, of which it is not yet known whose gradients it sums. */
    public final class Started {
        private final String place;
        private final Tensor gradients;
        private final int[] axes;
        private final String first;
        private final Running running;
        private List<Parameter> parameters = List.of();

        /** @param first what runs along the first of the axes */
        private Started(String place, Tensor gradients, int[] axes, String first, Running running) {
            this.place = place;
            this.gradients = gradients;
            this.axes = axes;
            this.first = first;
            this.running = running;
        }

        /** The parameters whose gradients they are, one after the other in memory. */
        public void into(Parameter... owners) {
            parameters = List.of(owners);
            started.addLast(this);
        }

        private void finish() {
            running.await();
            for (int i = 1; i < axes.length; i++) {
                mesh.reduce(place, axes[i], gradients, Reduction.SUM);
            }
            trace.checkedAt(place, first, gradients);
            try (gradients;
                    Tensor flat = gradients.view(-1)) {
                long offset = 0;
                for (Parameter parameter : parameters) {
                    Tensor own = part(flat, offset, Tensors.shape(parameter.master()));
                    offset += own.numel();
                    parameter.addGradient(own);
                }
            }
        }
    }

    /** Names what is started next: {@code "up.weight"}. */
    public Reductions at(String what) {
        trace.at(what);
        place = trace.where();
        return this;
    }

    /** Memory for so many elements of gradients, uninitialised; owned by the caller. */
    public Tensor bucket(long elements) {
        return context.empty(context.compute(), elements);
    }

    /** Copies a gradient to its place in a bucket, unless it was made there; both stay with the caller. */
    public void fill(Tensor bucket, long offset, Tensor gradient) {
        if (gradient.is_alias_of(bucket)) {
            return;
        }
        try (Tensor own = part(bucket, offset, Tensors.shape(gradient))) {
            own.copy_(gradient);
        }
    }

    static Tensor part(Tensor bucket, long offset, long[] shape) {
        long elements = 1;
        for (long extent : shape) {
            elements *= extent;
        }
        try (Tensor flat = bucket.narrow(0, offset, elements)) {
            return flat.view(shape);
        }
    }

    /** A copy that may be reduced in place of a tensor that others still read; owned by the caller. */
    public Tensor copy(Tensor x) {
        return x.clone(dense);
    }

    /**
     * Starts to sum over the ranks along one axis after the other, in place.
     *
     * @param gradients one gradient, or a bucket of several; taken
     */
    public Started start(Tensor gradients, int... axes) {
        Tensor sum = taken(gradients);
        return new Started(place, sum, axes, "allReduce", mesh.startReduce(place, axes[0], sum, Reduction.SUM));
    }

    /**
     * Starts to sum a gradient over the ranks along the first axis, of which this rank is given its part along {@code dim}; that is then
     * summed along the other axes, in place.
     *
     * @param gradient taken
     */
    public Started scatter(Tensor gradient, int dim, int... axes) {
        try (gradient) {
            Scattering scattering = scattering(gradient, dim, axes[0]);
            return new Started(place, scattering.part(), axes, "reduceScatter", scattering.running());
        }
    }

    private Scattering scattering(Tensor gradient, int dim, int axis) {
        CudaCopies copies = context.copies();
        if (copies == null) {
            return mesh.startReduceScatter(place, axis, gradient, dim);
        }
        if (!copies.scatters(gradient, axis)) {
            copies.settle();
            return mesh.startReduceScatter(place, axis, gradient, dim);
        }
        Tensor stack = Collectives.split(gradient, mesh.size(axis), dim);
        try (Tensor part = stack.select(0, 0)) {
            return copies.scatter(place, axis, stack, part.new_empty(Tensors.shape(part)));
        }
    }

    /** Ranks reduce memory, not elements: its order has to be one. */
    private Tensor taken(Tensor x) {
        if (x.is_contiguous()) {
            return x;
        }
        try (x) {
            return copy(x);
        }
    }

    /** Waits for what was started for something, whatever else is running. */
    public void finish(String what) {
        trace.at(what);
        String where = trace.where();
        Started finished = started.stream()
                .filter(s -> s.place.equals(where))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no reduction of " + where + " is running"));
        started.remove(finished);
        finished.finish();
    }

    /** Waits, in the order of their start, until no more than so many are running. */
    public void await(int running) {
        while (started.size() > running) {
            started.removeFirst().finish();
        }
    }

    /** Gives up what nobody has waited for, because the program failed before. */
    @Override
    public void close() {
        started.forEach(s -> s.running.abandon());
        started.clear();
        dense.close();
    }
}
