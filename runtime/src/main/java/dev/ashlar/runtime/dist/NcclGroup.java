package dev.ashlar.runtime.dist;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.AllreduceOptions;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.ReduceOp;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch_cuda;
import org.bytedeco.pytorch.nccl.ProcessGroupNCCL;

/**
 * Ranks that work together, over NCCL, on a stream of its own: the calling thread's stream waits for it, the host does not. So a rank that
 * has gone is not noticed here but by {@link Mesh#settle}.
 */
final class NcclGroup implements Group {
    /** libtorch ends the process when a collective takes longer than it is allowed to; ranks give up long before and say why. */
    private static final int PATIENCE = 4;

    /**
     * NCCL writes straight to what a graph's collectives read and write, and takes each for one piece of memory; the allocator's expandable
     * segments are several, and ranks then wait for each other for ever. Who has set it otherwise has it so.
     */
    private static final String DIRECT_GRAPHS = "NCCL_GRAPH_REGISTER";

    /** How long a rank that leaves waits for the others to leave too. */
    private static final Duration FAREWELL = Duration.ofSeconds(5);

    private final String name;
    private final int rank;
    private final int size;
    private final Board board;
    private final Store store;
    private final ProcessGroupNCCL.Options options;
    private final ProcessGroupNCCL backend;
    private final Map<Reduction, AllreduceOptions> reductions = new EnumMap<>(Reduction.class);
    private final List<Work> abandoned = new ArrayList<>();
    private boolean aborted;

    private NcclGroup(
            String name,
            int rank,
            int size,
            Board board,
            Store store,
            ProcessGroupNCCL.Options options,
            ProcessGroupNCCL backend) {
        this.name = name;
        this.rank = rank;
        this.size = size;
        this.board = board;
        this.store = store;
        this.options = options;
        this.backend = backend;
        reductions.put(Reduction.SUM, GlooGroup.reduction(ReduceOp.RedOpType.SUM));
        reductions.put(Reduction.MAXIMUM, GlooGroup.reduction(ReduceOp.RedOpType.MAX));
    }

    /**
     * Waits for all ranks of the group.
     *
     * @param name the same on all its ranks, and no other group's
     * @param rank of this one in the group
     * @param device number of this rank's device
     * @param board for notes among all ranks
     */
    static NcclGroup connect(
            Rendezvous rendezvous, String name, int rank, int size, Limits limits, int device, Board board) {
        Store store = rendezvous.part(name);
        torch_cuda.set_device((byte) device);
        torch.set_env(DIRECT_GRAPHS, "0", /* overwrite= */ false);
        try (Milliseconds start = Rendezvous.milliseconds(limits.start());
                Milliseconds step = Rendezvous.milliseconds(limits.step().multipliedBy(PATIENCE));
                Device own = new Device("cuda:" + device)) {
            store.setTimeout(start);
            ProcessGroupNCCL.Options options = ProcessGroupNCCL.Options.create();
            options.timeout(step);
            ProcessGroupNCCL backend = new ProcessGroupNCCL(store, rank, size, options);
            backend.eagerConnectSingleDevice(own);
            return new NcclGroup(name, rank, size, board, store, options, backend);
        } catch (RuntimeException e) {
            throw new PeerException(
                    "not all " + size + " ranks of " + name + " came together over NCCL within "
                            + limits.start().toSeconds() + " s; check whether every rank was started and has a device"
                            + " of its own: " + Rendezvous.firstLine(e),
                    e);
        }
    }

    @Override
    public void allReduce(Tensor tensor, Reduction reduction) {
        try (TensorVector tensors = new TensorVector(tensor);
                Work work = backend.allreduce(tensors, reductions.get(reduction))) {
            work._wait();
        }
    }

    @Override
    public Running startAllReduce(Tensor tensor, Reduction reduction) {
        try (TensorVector tensors = new TensorVector(tensor)) {
            return running(backend.allreduce(tensors, reductions.get(reduction)));
        }
    }

    @Override
    public Tensor reduceScatter(Tensor source, int dim) {
        try (Tensor stack = inParts(source, dim)) {
            Tensor own = stack.new_empty(rest(stack));
            try (Work work = backend._reduce_scatter_base(own, stack)) {
                work._wait();
            }
            return own;
        }
    }

    @Override
    public Scattering startReduceScatter(Tensor source, int dim) {
        Tensor stack = inParts(source, dim);
        Tensor own = stack.new_empty(rest(stack));
        Running summing = running(backend._reduce_scatter_base(own, stack));
        return new Scattering(own, new Running() {
            @Override
            public void await() {
                try (stack) {
                    summing.await();
                }
            }

            @Override
            public void abandon() {
                summing.abandon();
            }
        });
    }

    /** […] with {@code dim} cut in as many parts as there are ranks, which become the first dimension; contiguous. */
    private Tensor inParts(Tensor source, int dim) {
        long[] shape = new long[Math.toIntExact(source.dim()) + 1];
        for (int d = 0; d < shape.length; d++) {
            shape[d] = d == dim ? size : d < dim ? source.size(d) : source.size(d - 1) / (d == dim + 1 ? size : 1);
        }
        try (Tensor apart = source.reshape(shape);
                Tensor moved = apart.movedim(dim, 0)) {
            return moved.contiguous();
        }
    }

    private static long[] rest(Tensor stack) {
        long[] shape = new long[Math.toIntExact(stack.dim()) - 1];
        for (int d = 0; d < shape.length; d++) {
            shape[d] = stack.size(d + 1);
        }
        return shape;
    }

    @Override
    public Running startAllGather(Tensor stack, Tensor own) {
        return running(backend._allgather_base(stack, own));
    }

    private Running running(Work work) {
        return new Running() {
            @Override
            public void await() {
                try (work) {
                    work._wait();
                }
            }

            @Override
            public void abandon() {
                abandoned.add(work);
            }
        };
    }

    @Override
    public void allToAll(Tensor result, Tensor source) {
        try (LongVector equal = new LongVector();
                LongVector alsoEqual = new LongVector();
                Work work = backend.alltoall_base(result, source, equal, alsoEqual)) {
            work._wait();
        }
    }

    private boolean allLeave() {
        try {
            board.post(farewell(rank), "");
            long end = System.nanoTime() + FAREWELL.toNanos();
            for (int other = 0; other < size; other++) {
                while (board.read(farewell(other)).isEmpty()) {
                    if (System.nanoTime() - end > 0) {
                        return false;
                    }
                    Board.pause();
                }
            }
            return true;
        } catch (RuntimeException e) {
            return false; // the rank that has the store has gone
        }
    }

    private String farewell(int which) {
        return which + " leaves " + name;
    }

    /**
     * Ends the device's part in it too: kernels that wait for a rank that has gone would never end. Returns when no graph holds kernels of
     * the group.
     */
    @Override
    public synchronized void abort() {
        if (!aborted) {
            aborted = true;
            backend.abort();
        }
    }

    /** An orderly end waits for the others; if one of them still trains, this rank must not. */
    @Override
    public void close() {
        if (!aborted && allLeave()) {
            aborted = true;
            backend.shutdown();
        }
        abort();
        abandoned.forEach(Work::close);
        backend.close();
        options.close();
        store.close();
        reductions.values().forEach(AllreduceOptions::close);
    }
}
