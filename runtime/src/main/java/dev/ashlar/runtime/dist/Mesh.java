package dev.ashlar.runtime.dist;

import dev.ashlar.runtime.HostTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * This rank's place on a mesh of ranks, numbered row-major (the last axis changes fastest), with a process group along each axis. Every
 * rank has to make the same calls in the same order. Belongs to one thread.
 */
public final class Mesh implements AutoCloseable {
    private static final Running DONE = new Running() {
        @Override
        public void await() {}

        @Override
        public void abandon() {}
    };

    private final int[] sizes;
    private final int[] coordinates;
    private final @Nullable Group[] groups;
    private final Watch watch;
    private final @Nullable DeviceWait deviceWait;
    /** Known when all ranks have come. */
    private boolean oneHost;

    private final Traffic traffic = new Traffic();
    /** What holds what ranks do together. */
    private final List<Runnable> held = new CopyOnWriteArrayList<>();

    private final Thread hook = new Thread(this::abort, "end of a mesh");

    private Mesh(
            int[] sizes, int[] coordinates, @Nullable Group[] groups, Watch watch, @Nullable DeviceWait deviceWait) {
        this.sizes = sizes;
        this.coordinates = coordinates;
        this.groups = groups;
        this.watch = watch;
        this.deviceWait = deviceWait;
    }

    /** The mesh of one rank. */
    public static Mesh single() {
        return new Mesh(new int[] {1}, new int[] {0}, new @Nullable Group[1], Watch.none(), null);
    }

    /**
     * Connects this rank to its neighbours along each axis.
     *
     * @param name tells this mesh from others at the same rendezvous
     * @param transport between its ranks
     * @param sizes of the axes; their product is the number of ranks
     * @param watch over all ranks; closed with the mesh
     * @throws dev.ashlar.runtime.AshlarException if not all come in time
     */
    public static Mesh connect(
            Rendezvous rendezvous,
            Transport transport,
            String name,
            List<Integer> sizes,
            int rank,
            Limits limits,
            Watch watch) {
        int[] extents = sizes.stream().mapToInt(Integer::intValue).toArray();
        int[] coordinates = coordinates(extents, rank);
        @Nullable Group[] groups = new @Nullable Group[extents.length];
        Mesh mesh = new Mesh(
                extents, coordinates, groups, watch, transport.cuda() ? new DeviceWait(watch, limits.step()) : null);
        if (transport.cuda()) {
            // libtorch's own threads do not survive the end of the process
            Runtime.getRuntime().addShutdownHook(mesh.hook);
        }
        for (int axis = 0; axis < extents.length; axis++) {
            if (extents[axis] > 1) {
                String group = name + "axis " + axis + " through " + origin(coordinates, axis);
                groups[axis] = transport.connect(rendezvous, group, coordinates[axis], extents[axis], limits, watch);
            }
        }
        mesh.oneHost = transport.cuda() && Hosts.isOne(watch.board(), name, rank, mesh.ranks(), limits.start());
        return mesh;
    }

    private static int[] coordinates(int[] extents, int rank) {
        int[] coordinates = new int[extents.length];
        int rest = rank;
        for (int axis = extents.length - 1; axis >= 0; axis--) {
            coordinates[axis] = rest % extents[axis];
            rest /= extents[axis];
        }
        return coordinates;
    }

    /** Where the group along an axis begins. */
    private static String origin(int[] coordinates, int axis) {
        int[] origin = coordinates.clone();
        origin[axis] = 0;
        return Arrays.toString(origin);
    }

    /** Whether there is no other rank. */
    public boolean isSingle() {
        return Arrays.stream(sizes).allMatch(size -> size == 1);
    }

    /** Number of axes. */
    public int axes() {
        return sizes.length;
    }

    /** Number of ranks along an axis. */
    public int size(int axis) {
        return sizes[axis];
    }

    /** This rank's place along an axis. */
    public int coordinate(int axis) {
        return coordinates[axis];
    }

    /** Number of ranks. */
    public int ranks() {
        return Arrays.stream(sizes).reduce(1, Math::multiplyExact);
    }

    /** This rank's number. */
    public int rank() {
        return rank(coordinates);
    }

    /** The number of the rank that differs from this one in its place along one axis alone. */
    public int rank(int axis, int coordinate) {
        int[] other = coordinates.clone();
        other[axis] = coordinate;
        return rank(other);
    }

    private int rank(int[] place) {
        int rank = 0;
        for (int axis = 0; axis < sizes.length; axis++) {
            rank = rank * sizes[axis] + place[axis];
        }
        return rank;
    }

    /** Whether all ranks run on devices of one host. */
    public boolean isOnOneHost() {
        return oneHost;
    }

    /** Where its ranks leave notes for each other. */
    public Board board() {
        return watch.board();
    }

    /** Where this rank's part of a cut dimension begins: the sum of its coordinates, each times its stride. */
    public long offset(long... strides) {
        long offset = 0;
        for (int axis = 0; axis < strides.length; axis++) {
            offset += strides[axis] * coordinates[axis];
        }
        return offset;
    }

    /** Whether this rank is the first along some axes. */
    public boolean isFirst(int... axes) {
        return Arrays.stream(axes).allMatch(axis -> coordinates[axis] == 0);
    }

    /** The ranks along some axes. */
    public Peers peers(int... axes) {
        return new Peers(this, Arrays.stream(axes).boxed().toList());
    }

    /** The ranks that share a tensor of this layout among them. */
    public Peers peers(Layout layout) {
        List<Integer> cutting = new ArrayList<>();
        for (int axis = 0; axis < sizes.length; axis++) {
            if (layout.cuts(axis)) {
                cutting.add(axis);
            }
        }
        return new Peers(this, cutting);
    }

    /** What this rank has sent. */
    public Traffic traffic() {
        return traffic;
    }

    /** Whether this rank is the first of those that have the same part of a tensor of this layout. */
    public boolean owns(Layout layout) {
        for (int axis = 0; axis < sizes.length; axis++) {
            if (!layout.cuts(axis) && coordinates[axis] > 0) {
                return false;
            }
        }
        return true;
    }

    /** Where this rank's part of a tensor begins along each dimension. */
    public long[] origin(Layout layout, long[] wholeShape) {
        long[] lengths = wholeShape.clone();
        long[] origin = new long[lengths.length];
        for (int axis = 0; axis < sizes.length; axis++) {
            if (layout.cuts(axis)) {
                int dimension = layout.dimensions().get(axis);
                lengths[dimension] /= sizes[axis];
                origin[dimension] += coordinates[axis] * lengths[dimension];
            }
        }
        return origin;
    }

    /** This rank's part of a tensor; owned, a view. */
    public Tensor part(Tensor whole, Layout layout) {
        Tensor part = new Tensor(whole);
        for (int axis = 0; axis < sizes.length; axis++) {
            if (layout.cuts(axis)) {
                int dimension = layout.dimensions().get(axis);
                long length = part.size(dimension) / sizes[axis];
                try (Tensor outer = part) {
                    part = outer.narrow(dimension, coordinates[axis] * length, length);
                }
            }
        }
        return part;
    }

    /** This rank's part of an array; itself if nothing is cut. */
    public HostTensor part(HostTensor whole, Layout layout) {
        HostTensor part = whole;
        for (int axis = 0; axis < sizes.length; axis++) {
            if (layout.cuts(axis)) {
                int dimension = layout.dimensions().get(axis);
                long length = part.shape()[dimension] / sizes[axis];
                part = part.narrow(dimension, coordinates[axis] * length, length);
            }
        }
        return part;
    }

    /** Reduces in place. */
    public void reduce(String at, int axis, Tensor tensor, Reduction reduction) {
        Group group = groups[axis];
        if (group != null) {
            count(at, axis, CollectiveKind.ALL_REDUCE, tensor.nbytes());
            group.allReduce(tensor, reduction);
        }
    }

    /** Starts to reduce in place; the tensor has to live, and nobody may touch it, until the end is waited for. */
    public Running startReduce(String at, int axis, Tensor tensor, Reduction reduction) {
        Group group = groups[axis];
        if (group == null) {
            return DONE;
        }
        count(at, axis, CollectiveKind.ALL_REDUCE, tensor.nbytes());
        return group.startAllReduce(tensor, reduction);
    }

    /**
     * This rank's part, along a dimension, of the sum over the ranks.
     *
     * @return owned by the caller, contiguous
     */
    public Tensor reduceScatter(String at, int axis, Tensor source, int dim) {
        Group group = groups[axis];
        if (group == null) {
            return new Tensor(source);
        }
        count(at, axis, CollectiveKind.REDUCE_SCATTER, source.nbytes());
        return group.reduceScatter(source, dim);
    }

    /**
     * Starts to do the same.
     *
     * @param source may be closed at once
     */
    public Scattering startReduceScatter(String at, int axis, Tensor source, int dim) {
        Group group = groups[axis];
        if (group == null) {
            return new Scattering(new Tensor(source), DONE);
        }
        count(at, axis, CollectiveKind.REDUCE_SCATTER, source.nbytes());
        return group.startReduceScatter(source, dim);
    }

    /**
     * Gathers along a new first dimension.
     *
     * @param stack [ranks along the axis, …], contiguous
     * @param own what this rank has, contiguous: its part of the stack, or memory apart from it
     */
    public void gather(String at, int axis, Tensor stack, Tensor own) {
        startGather(at, axis, stack, own).await();
    }

    /** Starts to do the same; both have to live, and nobody may change them or read the stack, until the end is waited for. */
    public Running startGather(String at, int axis, Tensor stack, Tensor own) {
        Group group = groups[axis];
        if (group == null) {
            if (!own.is_alias_of(stack)) {
                stack.copy_(own);
            }
            return DONE;
        }
        count(at, axis, CollectiveKind.ALL_GATHER, stack.nbytes());
        return group.startAllGather(stack, own);
    }

    /**
     * Exchanges along the first dimension.
     *
     * @param result [ranks along the axis, …], contiguous
     * @param source of the same shape, contiguous
     */
    public void exchange(String at, int axis, Tensor result, Tensor source) {
        Group group = groups[axis];
        if (group != null) {
            count(at, axis, CollectiveKind.ALL_TO_ALL, source.nbytes());
            group.allToAll(result, source);
        }
    }

    /**
     * Waits until the device has done what it was given, where ranks meet on devices; elsewhere returns at once. To be called before the
     * host waits for the device in a way that nothing ends.
     *
     * @param done whether it has
     * @throws PeerException if another rank has gone or does not come in time; nothing is under way then
     */
    public void settle(BooleanSupplier done) {
        DeviceWait wait = deviceWait;
        if (wait == null) {
            return;
        }
        try {
            wait.until(done);
        } catch (PeerException e) {
            abort();
            throw e;
        }
    }

    /** Names something that holds what ranks do together, such as a recording; it is let go of, on any thread, when that is given up. */
    public void holdUntilAbort(Runnable letGo) {
        held.add(letGo);
    }

    /**
     * Gives up what ranks do together, after a failure; then the mesh is only to be closed. A group waits for those that hold it, and these
     * may wait for kernels of any group.
     */
    public void abort() {
        List<Thread> ends = new ArrayList<>();
        for (Group group : groups) {
            if (group != null) {
                Thread end = new Thread(group::abort, "end of a group");
                end.setDaemon(true);
                end.start();
                ends.add(end);
            }
        }
        held.forEach(Runnable::run);
        ends.forEach(Mesh::join);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The watch over all ranks. */
    public Watch watch() {
        return watch;
    }

    /**
     * Notes that this rank sends something, wherever a collective is run by other means than the mesh's own.
     *
     * @param tensorBytes of the gathered or unreduced tensor
     */
    public void count(String at, int axis, CollectiveKind kind, long tensorBytes) {
        watch.at(at);
        traffic.add(new Traffic.Place(at, axis, kind), kind.wireBytes(sizes[axis], tensorBytes));
    }

    /** Leaves the groups. */
    @Override
    public void close() {
        for (int axis = 0; axis < groups.length; axis++) {
            Group group = groups[axis];
            if (group != null) {
                group.close();
                groups[axis] = null;
            }
        }
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the process is ending: the hook runs already, and finds no group
        }
        watch.close();
    }
}
