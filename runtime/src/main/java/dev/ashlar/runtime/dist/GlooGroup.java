package dev.ashlar.runtime.dist;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.AllreduceOptions;
import org.bytedeco.pytorch.BroadcastOptions;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.ReduceOp;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.gloo.Device;

/**
 * Ranks that work together, over Gloo. Tensors are allocated on the caller's thread alone: {@link #reduceScatter} clones what it sums, the
 * other collectives allocate none. What Gloo's own all-gather and reduce-scatter allocate on their threads, nobody would count.
 */
final class GlooGroup implements Group {
    private static final int THREADS = 2;
    /** How often a rank that waits looks whether another has failed. */
    private static final long GLANCE_MILLIS = 200;

    private final String name;
    private final int rank;
    private final int size;
    private final Store store;
    private final ProcessGroupGloo.Options options;
    private final ProcessGroupGloo backend;
    private final Watch watch;
    private final Milliseconds glance = new Milliseconds(GLANCE_MILLIS);
    private final Map<Reduction, AllreduceOptions> reductions = new EnumMap<>(Reduction.class);

    /** Memory that Gloo's threads may still write to. */
    private final List<Tensor> abandoned = new ArrayList<>();

    private final List<Work> abandonedWork = new ArrayList<>();

    private GlooGroup(
            String name,
            int rank,
            int size,
            Store store,
            ProcessGroupGloo.Options options,
            ProcessGroupGloo backend,
            Watch watch) {
        this.name = name;
        this.rank = rank;
        this.size = size;
        this.store = store;
        this.options = options;
        this.backend = backend;
        this.watch = watch;
        reductions.put(Reduction.SUM, reduction(ReduceOp.RedOpType.SUM));
        reductions.put(Reduction.MAXIMUM, reduction(ReduceOp.RedOpType.MAX));
    }

    /**
     * Waits for all ranks of the group.
     *
     * @param name the same on all its ranks, and no other group's
     * @param rank of this one in the group
     * @param watch over all ranks; stays with the caller
     */
    static GlooGroup connect(Rendezvous rendezvous, String name, int rank, int size, Limits limits, Watch watch) {
        Store store = rendezvous.part(name);
        try (Milliseconds start = Rendezvous.milliseconds(limits.start());
                Milliseconds step = Rendezvous.milliseconds(limits.step())) {
            ProcessGroupGloo.Options options = ProcessGroupGloo.Options.create(start);
            try (Device device = rendezvous.device()) {
                options.devices().push_back(device); // which has a thread of its own until nobody holds it
            }
            options.threads(THREADS);
            ProcessGroupGloo backend = new ProcessGroupGloo(store, rank, size, options);
            // else a rank that leaves at once would look to the others as if it had never come
            try (Work together = backend.barrier()) {
                together._wait();
            }
            backend.setTimeout(step);
            return new GlooGroup(name, rank, size, store, options, backend, watch);
        } catch (RuntimeException e) {
            throw new PeerException(
                    "not all " + size + " ranks of " + name + " came together within " + seconds(limits.start())
                            + " s; check whether every rank was started: " + Rendezvous.firstLine(e),
                    e);
        }
    }

    private static long seconds(Duration duration) {
        return duration.toSeconds();
    }

    static AllreduceOptions reduction(ReduceOp.RedOpType type) {
        AllreduceOptions options = new AllreduceOptions();
        options.reduceOp(new ReduceOp(type));
        return options;
    }

    @Override
    public void allReduce(Tensor tensor, Reduction reduction) {
        try (Tensor memory = memory(tensor);
                TensorVector tensors = new TensorVector(memory)) {
            run(() -> backend.allreduce(tensors, reductions.get(reduction)), tensor);
        }
    }

    @Override
    public Running startAllReduce(Tensor tensor, Reduction reduction) {
        try (Tensor memory = memory(tensor);
                TensorVector tensors = new TensorVector(memory)) {
            Work work = backend.allreduce(tensors, reductions.get(reduction));
            return new Running() {
                @Override
                public void await() {
                    run(() -> work, tensor);
                }

                @Override
                public void abandon() {
                    abandoned.add(new Tensor(tensor));
                    abandonedWork.add(work);
                }
            };
        } catch (RuntimeException e) {
            throw failed(e, tensor);
        }
    }

    /**
     * The same memory as a tensor that owns none: Gloo's threads let go of what they are given some time after they are done with it, and
     * would then free it there.
     */
    private static Tensor memory(Tensor tensor) {
        long first = tensor.dim() == 0 ? 1 : tensor.size(0);
        try (Pointer data = tensor.data_ptr();
                TensorOptions options = tensor.options()) {
            return torch.from_blob(data, new long[] {first, tensor.numel() / Math.max(1, first)}, options);
        }
    }

    @Override
    public Tensor reduceScatter(Tensor source, int dim) {
        try (MemoryFormatOptional dense = new MemoryFormatOptional(MemoryFormat.Contiguous);
                Tensor sum = source.clone(dense)) {
            allReduce(sum, Reduction.SUM);
            long length = source.size(dim) / size;
            try (Tensor part = sum.narrow(dim, rank * length, length)) {
                return part.clone(dense);
            }
        }
    }

    /** The copy that is summed has the source's place until the part is taken out of it. */
    @Override
    public Scattering startReduceScatter(Tensor source, int dim) {
        Tensor sum;
        try (MemoryFormatOptional dense = new MemoryFormatOptional(MemoryFormat.Contiguous)) {
            sum = source.clone(dense);
        }
        Running sums = startAllReduce(sum, Reduction.SUM);
        long length = source.size(dim) / size;
        long[] shape = new long[Math.toIntExact(source.dim())];
        for (int d = 0; d < shape.length; d++) {
            shape[d] = d == dim ? length : source.size(d);
        }
        Tensor part = sum.new_empty(shape);
        return new Scattering(part, new Running() {
            @Override
            public void await() {
                try (sum) {
                    sums.await();
                    try (Tensor own = sum.narrow(dim, rank * length, length)) {
                        part.copy_(own);
                    }
                }
            }

            @Override
            public void abandon() {
                sums.abandon();
            }
        });
    }

    @Override
    public Running startAllGather(Tensor stack, Tensor own) {
        List<Tensor> parts = new ArrayList<>();
        List<Work> works = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            parts.add(stack.select(0, i));
        }
        if (!own.is_alias_of(stack)) {
            parts.get(rank).copy_(own);
        }
        Running gathering = new Running() {
            @Override
            public void await() {
                try {
                    works.forEach(w -> run(() -> w, parts.toArray(Tensor[]::new)));
                } finally {
                    parts.forEach(Tensor::close);
                }
            }

            @Override
            public void abandon() {
                abandoned.addAll(parts);
                abandonedWork.addAll(works);
            }
        };
        try {
            for (int root = 0; root < size; root++) {
                works.add(broadcast(parts.get(root), root));
            }
        } catch (RuntimeException e) {
            gathering.abandon();
            throw failed(e);
        }
        return gathering;
    }

    private Work broadcast(Tensor tensor, int root) {
        try (Tensor memory = memory(tensor);
                TensorVector tensors = new TensorVector(memory);
                BroadcastOptions from = new BroadcastOptions()) {
            from.rootRank(root);
            return backend.broadcast(tensors, from);
        }
    }

    @Override
    public void allToAll(Tensor result, Tensor source) {
        try (Tensor from = memory(source);
                Tensor to = memory(result);
                LongVector equal = new LongVector();
                LongVector alsoEqual = new LongVector()) {
            run(() -> backend.alltoall_base(to, from, equal, alsoEqual), result, source);
        }
    }

    /** @param used what Gloo reads and writes until it is done, or for ever if it fails */
    private void run(Supplier<Work> start, Tensor... used) {
        try (Work work = start.get()) {
            while (!isDone(work)) {
                watch.alarm().ifPresent(text -> {
                    throw new PeerException(text);
                });
            }
        } catch (RuntimeException e) {
            throw failed(e, used);
        }
    }

    private PeerException failed(RuntimeException e, Tensor... used) {
        for (Tensor tensor : used) {
            abandoned.add(new Tensor(tensor));
        }
        return e instanceof PeerException known
                ? known
                : new PeerException(watch.explanation(name + " failed: " + Rendezvous.firstLine(e)), e);
    }

    /** Waits a little. */
    private boolean isDone(Work work) {
        try {
            return work._wait(glance);
        } catch (RuntimeException e) {
            // whether it failed or the glance was over is not in the exception
            return work.isCompleted() && work._wait();
        }
    }

    /** Whoever waits sees for itself. */
    @Override
    public void abort() {}

    /** A group that failed stays as it is: it would wait for what is under way, which may never come. The process is about to end. */
    @Override
    public void close() {
        if (!abandoned.isEmpty()) {
            return;
        }
        glance.close();
        backend.close();
        options.close();
        store.close();
        reductions.values().forEach(AllreduceOptions::close);
    }
}
