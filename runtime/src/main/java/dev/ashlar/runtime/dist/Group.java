package dev.ashlar.runtime.dist;

import dev.ashlar.runtime.AshlarException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.AllreduceOptions;
import org.bytedeco.pytorch.BroadcastOptions;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.ReduceOp;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;

/**
 * Ranks that work together, over Gloo. Allocates no tensor: what Gloo's own all-gather and reduce-scatter allocate on their threads,
 * nobody would count.
 */
final class Group implements AutoCloseable {
    private static final int THREADS = 2;

    private final String name;
    private final int rank;
    private final int size;
    private final Store store;
    private final ProcessGroupGloo.Options options;
    private final ProcessGroupGloo backend;
    private final Map<Reduction, AllreduceOptions> reductions = new EnumMap<>(Reduction.class);

    private Group(
            String name, int rank, int size, Store store, ProcessGroupGloo.Options options, ProcessGroupGloo backend) {
        this.name = name;
        this.rank = rank;
        this.size = size;
        this.store = store;
        this.options = options;
        this.backend = backend;
        reductions.put(Reduction.SUM, reduction(ReduceOp.RedOpType.SUM));
        reductions.put(Reduction.MAXIMUM, reduction(ReduceOp.RedOpType.MAX));
    }

    /**
     * Waits for all ranks of the group.
     *
     * @param name the same on all its ranks, and no other group's
     * @param rank of this one in the group
     */
    static Group connect(Rendezvous rendezvous, String name, int rank, int size, Limits limits) {
        Store store = rendezvous.part(name);
        try (Milliseconds start = Rendezvous.milliseconds(limits.start());
                Milliseconds step = Rendezvous.milliseconds(limits.step())) {
            ProcessGroupGloo.Options options = ProcessGroupGloo.Options.create(start);
            options.devices().push_back(rendezvous.device());
            options.threads(THREADS);
            ProcessGroupGloo backend = new ProcessGroupGloo(store, rank, size, options);
            backend.setTimeout(step);
            return new Group(name, rank, size, store, options, backend);
        } catch (RuntimeException e) {
            throw new AshlarException(
                    "not all " + size + " ranks of " + name + " came together within " + seconds(limits.start())
                            + " s; check whether every rank was started: " + Rendezvous.firstLine(e),
                    e);
        }
    }

    private static long seconds(Duration duration) {
        return duration.toSeconds();
    }

    private static AllreduceOptions reduction(ReduceOp.RedOpType type) {
        AllreduceOptions options = new AllreduceOptions();
        options.reduceOp(new ReduceOp(type));
        return options;
    }

    int rank() {
        return rank;
    }

    int size() {
        return size;
    }

    /** Reduces in place. */
    void allReduce(Tensor tensor, Reduction reduction) {
        run(() -> {
            try (TensorVector tensors = new TensorVector(tensor)) {
                return backend.allreduce(tensors, reductions.get(reduction));
            }
        });
    }

    /**
     * Fills every part with what the rank of its place has there.
     *
     * @param parts one for each rank, contiguous, of one size
     */
    void allGather(Tensor[] parts) {
        Work[] works = new Work[size];
        try {
            for (int root = 0; root < size; root++) {
                works[root] = broadcast(parts[root], root);
            }
        } finally {
            for (Work work : works) {
                if (work != null) {
                    run(() -> work);
                }
            }
        }
    }

    private Work broadcast(Tensor tensor, int root) {
        try (TensorVector tensors = new TensorVector(tensor);
                BroadcastOptions from = new BroadcastOptions()) {
            from.rootRank(root);
            return backend.broadcast(tensors, from);
        }
    }

    /** Sends the i-th part of the source's first dimension to rank i, and puts what rank i sends at the result's i-th part. */
    void allToAll(Tensor result, Tensor source) {
        run(() -> {
            try (LongVector equal = new LongVector();
                    LongVector alsoEqual = new LongVector()) {
                return backend.alltoall_base(result, source, equal, alsoEqual);
            }
        });
    }

    private void run(Supplier<Work> start) {
        try (Work work = start.get()) {
            work._wait();
        } catch (RuntimeException e) {
            throw new AshlarException(name + " failed: " + Rendezvous.firstLine(e), e);
        }
    }

    @Override
    public void close() {
        backend.close();
        options.close();
        store.close();
        reductions.values().forEach(AllreduceOptions::close);
    }
}
