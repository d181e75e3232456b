package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.dist.Layout;
import dev.ashlar.runtime.dist.Mesh;
import dev.ashlar.runtime.dist.Reduction;
import dev.ashlar.runtime.dist.Running;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.jspecify.annotations.Nullable;

/**
 * The collectives that written code calls: one of these brings a tensor from one layout on the mesh to the next, along one mesh axis.
 * Every result is a new tensor that the caller closes; sources stay with the caller.
 */
public final class Collectives implements AutoCloseable {
    private final Mesh mesh;
    private final Trace trace;
    private final @Nullable CudaCopies copies;
    private final MemoryFormatOptional dense = new MemoryFormatOptional(MemoryFormat.Contiguous);
    private final Map<String, Gathering> gathering = new LinkedHashMap<>();
    private String place = "";

    /** @param gathered the caller's */
    private record Gathering(Tensor gathered, Running running) {}

    Collectives(KernelContext context, Trace trace) {
        this.mesh = context.mesh();
        this.trace = trace;
        this.copies = context.copies();
    }

    /** To be called on all ranks before a pass: parameters may have changed since the last. */
    public void changed() {
        if (copies != null) {
            copies.changed();
        }
    }

    /** Names what the next call is for: {@code "ln1 -> up"}. */
    public Collectives at(String what) {
        trace.at(what);
        place = trace.where();
        return this;
    }

    /** P to R: the sum over the ranks. */
    public Tensor allReduce(Tensor x, int axis) {
        MemoryOrder order = MemoryOrder.of(x);
        try (Tensor source = order.inMemory(x)) {
            return allReduceInPlace(order.named(source.clone(dense)), axis);
        }
    }

    /** P to R in the place of {@code x}, which is taken and returned. */
    public Tensor allReduceInPlace(Tensor x, int axis) {
        Tensor sum = taken(x);
        try (Tensor memory = MemoryOrder.of(sum).inMemory(sum)) {
            mesh.reduce(place, axis, memory, Reduction.SUM);
        }
        return trace.checked("allReduce", sum);
    }

    /** Ranks reduce memory, not elements: there has to be nothing between them. */
    private Tensor taken(Tensor x) {
        MemoryOrder order = MemoryOrder.of(x);
        try (Tensor memory = order.inMemory(x)) {
            if (memory.is_contiguous()) {
                return x;
            }
            try (x) {
                return order.named(memory.clone(dense));
            }
        }
    }

    /** S to R: the parts of all ranks, one after the other along {@code dim}. */
    public Tensor allGather(Tensor x, int axis, int dim) {
        MemoryOrder order = MemoryOrder.of(x);
        Tensor stack;
        try (Tensor source = order.inMemory(x)) {
            stack = stack(source, axis);
            try (Tensor own = own(source, stack, axis)) {
                mesh.gather(place, axis, stack, own);
            }
        }
        return trace.checked("allGather", order.named(joined(stack, order.place(dim))));
    }

    /**
     * Starts to do the same along the first dimension; nobody may read the result before {@link #finish}.
     *
     * @param x a parameter
     */
    public Tensor startAllGather(Tensor x, int axis) {
        MemoryOrder order = MemoryOrder.of(x);
        if (order.place(0) > 0) {
            return allGather(x, axis, 0);
        }
        Tensor stack;
        Running running;
        try (Tensor source = order.inMemory(x)) {
            stack = stack(source, axis);
            try (Tensor own = own(source, stack, axis)) {
                running = startGather(stack, own, axis);
            }
        }
        Tensor gathered = order.named(joined(stack, 0));
        gathering.put(place, new Gathering(gathered, running));
        return gathered;
    }

    private Running startGather(Tensor stack, Tensor own, int axis) {
        return copies != null && copies.gathers(own)
                ? copies.gather(place, axis, stack, own)
                : mesh.startGather(place, axis, stack, own);
    }

    /** Waits for what was started for something. */
    public void finish(String what) {
        trace.at(what);
        Gathering finished = gathering.remove(trace.where());
        if (finished != null) {
            finished.running().await();
            trace.checked("allGather", finished.gathered());
        }
    }

    /** The same along the one mesh axis that cuts the first layout alone. */
    Tensor allGather(Tensor x, Layout from, Layout to) {
        int axis = axisOf(from, to);
        return allGather(x, axis, from.dimensions().get(axis));
    }

    /**
     * The same along the first dimension, in the place of the result.
     *
     * @param whole contiguous; this rank's part of it is there already
     */
    void completeRows(Tensor whole, Layout from, Layout to) {
        int axis = axisOf(from, to);
        try (Tensor stack = inRows(whole, axis);
                Tensor own = stack.select(0, mesh.coordinate(axis))) {
            mesh.gather(place, axis, stack, own);
        }
        trace.checked("allGather", whole);
    }

    /** Starts to do the same, between two operators; nobody may read or change it until the end is waited for. */
    Running startCompletion(String what, Tensor whole, Layout from, Layout to) {
        int axis = axisOf(from, to);
        try (Tensor stack = inRows(whole, axis);
                Tensor own = stack.select(0, mesh.coordinate(axis))) {
            return copies != null && copies.gathers(own)
                    ? copies.complete(what, axis, stack)
                    : mesh.startGather(what, axis, stack, own);
        }
    }

    /** A view [ranks along the axis, …]. */
    private Tensor inRows(Tensor whole, int axis) {
        long[] shape = Tensors.shape(whole);
        long[] parts = new long[shape.length + 1];
        parts[0] = mesh.size(axis);
        parts[1] = shape[0] / parts[0];
        System.arraycopy(shape, 1, parts, 2, shape.length - 1);
        return whole.view(parts);
    }

    private int axisOf(Layout from, Layout to) {
        for (int axis = 0; axis < mesh.axes(); axis++) {
            if (from.cuts(axis) && !to.cuts(axis)) {
                return axis;
            }
        }
        throw new IllegalArgumentException(from + " is no finer than " + to);
    }

    /** What this rank sends to a stack: the source where it lies in one piece, else its copy in its place of the stack; owned. */
    private Tensor own(Tensor source, Tensor stack, int axis) {
        if (source.is_contiguous()) {
            return Tensors.share(source);
        }
        Tensor copy = stack.select(0, mesh.coordinate(axis));
        copy.copy_(source);
        return copy;
    }

    /** An uninitialised tensor for something of the shape of {@code x} from every rank along the axis. */
    private Tensor stack(Tensor x, int axis) {
        long[] one = Tensors.shape(x);
        long[] shape = new long[one.length + 1];
        shape[0] = mesh.size(axis);
        System.arraycopy(one, 0, shape, 1, one.length);
        return x.new_empty(shape);
    }

    /** [n, …] with its first dimension in front of {@code dim} and merged with it; closes the stack. */
    private Tensor joined(Tensor stack, int dim) {
        long[] shape = new long[Math.toIntExact(stack.dim()) - 1];
        for (int d = 0; d < shape.length; d++) {
            shape[d] = stack.size(d + 1);
        }
        shape[dim] *= stack.size(0);
        try (stack) {
            if (dim == 0) {
                return stack.view(shape);
            }
            try (Tensor moved = stack.movedim(0, dim);
                    Tensor merged = moved.reshape(shape)) {
                return merged.contiguous(); // the same, unless parts of one element made it a view
            }
        }
    }

    /** […] with {@code dim} cut in n, which become the first dimension: a copy unless that is the first already. */
    static Tensor split(Tensor x, int n, int dim) {
        long[] old = Tensors.shape(x);
        long[] shape = new long[old.length + 1];
        System.arraycopy(old, 0, shape, 0, dim);
        shape[dim] = n;
        shape[dim + 1] = old[dim] / n;
        System.arraycopy(old, dim + 1, shape, dim + 2, old.length - dim - 1);
        try (Tensor apart = x.reshape(shape);
                Tensor moved = apart.movedim(dim, 0)) {
            return moved.contiguous();
        }
    }

    /** P to S: this rank's part, along {@code dim}, of the sum over the ranks. */
    public Tensor reduceScatter(Tensor x, int axis, int dim) {
        if (copies != null) {
            copies.settle();
        }
        MemoryOrder order = MemoryOrder.of(x);
        try (Tensor source = order.inMemory(x)) {
            Tensor part = mesh.reduceScatter(place, axis, source, order.place(dim));
            return trace.checked("reduceScatter", order.named(part));
        }
    }

    /** S along {@code joined} to S along {@code cut}. */
    public Tensor allToAll(Tensor x, int axis, int joined, int cut) {
        MemoryOrder order = MemoryOrder.of(x);
        Tensor result;
        try (Tensor memory = order.inMemory(x);
                Tensor source = split(memory, mesh.size(axis), order.place(cut))) {
            result = source.new_empty(Tensors.shape(source));
            mesh.exchange(place, axis, result, source);
        }
        return trace.checked("allToAll", order.named(joined(result, order.place(joined))));
    }

    /** R to S: this rank's part along {@code dim}. */
    public Tensor slice(Tensor x, int axis, int dim) {
        MemoryOrder order = MemoryOrder.of(x);
        try (Tensor source = order.inMemory(x)) {
            return order.named(part(source, axis, order.place(dim)));
        }
    }

    private Tensor part(Tensor x, int axis, int dim) {
        long length = x.size(dim) / mesh.size(axis);
        try (Tensor view = x.narrow(dim, mesh.coordinate(axis) * length, length)) {
            return view.clone(dense);
        }
    }

    /** R to P: the tensor on the first rank along the axis, zeros on the others. */
    public Tensor zeroFill(Tensor x, int axis) {
        MemoryOrder order = MemoryOrder.of(x);
        try (Tensor source = order.inMemory(x)) {
            // in one order on all ranks, which reduce memory
            Tensor filled = source.clone(dense);
            return order.named(mesh.coordinate(axis) == 0 ? filled : filled.zero_());
        }
    }

    /** In how many parts a layout cuts a dimension. */
    long parts(Layout layout, int dimension) {
        long parts = 1;
        for (int axis = 0; axis < layout.dimensions().size(); axis++) {
            parts *= layout.dimensions().get(axis) == dimension ? mesh.size(axis) : 1;
        }
        return parts;
    }

    /** All of a tensor; takes {@code x}. */
    public Tensor whole(Tensor x, Layout layout) {
        Tensor whole = x;
        // where several axes cut one dimension, the inner ones are joined first
        for (int axis = layout.dimensions().size() - 1; axis >= 0; axis--) {
            int dimension = layout.dimensions().get(axis);
            if (mesh.size(axis) > 1 && dimension != Layout.REPLICATED) {
                try (Tensor part = whole) {
                    whole = dimension == Layout.PARTIAL ? allReduce(part, axis) : allGather(part, axis, dimension);
                }
            }
        }
        return whole;
    }

    @Override
    public void close() {
        gathering.values().forEach(g -> g.running().abandon());
        gathering.clear();
        dense.close();
    }
}
