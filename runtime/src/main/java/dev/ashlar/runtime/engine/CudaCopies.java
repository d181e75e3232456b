package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.dist.CollectiveKind;
import dev.ashlar.runtime.dist.Mesh;
import dev.ashlar.runtime.dist.Running;
import dev.ashlar.runtime.dist.Scattering;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Gathers of parameters and scattered sums of gradients by the devices' copy engines, on streams of their own. Those of NCCL are kernels,
 * which get a multiprocessor when a product ends and keep it from the next; copies leave all of them to the products.
 *
 * <p>A gather reads what other ranks have in their arenas. They change it in the update alone, so all meet once before the first gather
 * of a pass, and nobody updates a parameter before all have gathered it: an update waits for the sum of its gradients, and no rank sends its
 * addend before it has gathered all that it has asked for until then. What was updated in parts of a parameter that all ranks keep whole
 * comes with the next pass, beside its forward.
 */
final class CudaCopies implements AutoCloseable {
    private static final String SWITCH = "ashlar.copies";
    /** As much of a sum's addends is in flight at once, from each rank. */
    private static final long SLOT_BYTES = 16L << 20;

    private static final int RELEASE_MILLIS = 10;
    private static final int RELEASES = 1000;

    private final CudaDevice device;
    private final Mesh mesh;
    private final CudaNeighbours neighbours;
    private final CudaSums sums;
    /** Of parts that are kept in parts, begun shortly before their use. */
    private final CUstream_st gathers;
    /** Of what was updated in parts, all begun with the pass. */
    private final CUstream_st completions;

    /** Of addends to the ranks whose parts they belong to. */
    private final CUstream_st scatters;
    /** Adds what has arrived: a product may keep it waiting, so that the next addends are sent meanwhile. */
    private final CUstream_st adding;
    /** Where addends arrive, by mesh axis: two buffers, each a slot for each rank along it, used by turns. */
    private final Map<Integer, BytePointer> arrivals = new HashMap<>();

    private final Deque<Copying> gathering = new ArrayDeque<>();
    /** When all ranks had come to the pass that runs; null before its first gather. */
    private @Nullable CUevent_st met;

    private boolean mapped = true;
    private boolean second;
    private boolean closed;
    private boolean released;

    CudaCopies(CudaDevice device, Mesh mesh) {
        this.device = device;
        this.mesh = mesh;
        this.neighbours = new CudaNeighbours(mesh, device.arena());
        this.sums = new CudaSums(device);
        this.gathers = device.newStream();
        this.completions = device.newStream();
        this.scatters = device.newStream();
        this.adding = device.newStream();
        mesh.holdUntilAbort(() -> {
            // beside what else is let go of: streams end when all that they wait for is
            Thread thread = new Thread(this::release, "end of copies");
            thread.setDaemon(true);
            thread.start();
        });
    }

    /** Whether ranks could copy from each other: on devices of one host, unless {@code -Dashlar.copies=false} leaves all to NCCL. */
    static boolean isPossible(Mesh mesh) {
        return !"false".equals(System.getProperty(SWITCH)) && mesh.ranks() > 1 && mesh.isOnOneHost();
    }

    /** Something that is under way on a stream of copies until the device's own waits for it. */
    private final class Copying implements Running {
        private final CUevent_st end;
        private final Tensor[] held;

        Copying(CUstream_st stream, Tensor... held) {
            this.end = recorded(stream);
            this.held = held;
        }

        @Override
        public void await() {
            gathering.remove(this);
            waitFor(device.stream(), end);
            destroy(end);
            for (Tensor tensor : held) {
                tensor.close();
            }
        }

        @Override
        public void abandon() {
            gathering.remove(this);
        }
    }

    /** Parameters of this rank or another may have changed. All ranks have to call it before a pass. */
    void changed() {
        CUevent_st last = met;
        if (last != null) {
            destroy(last);
            met = null;
        }
    }

    /** Whether this is a part of a parameter that others can read. */
    boolean gathers(Tensor own) {
        return own.is_contiguous()
                && device.arena().place(CudaKernel.address(own)).isPresent()
                && map();
    }

    /**
     * Starts to fill a stack with what each rank along an axis has.
     *
     * @param stack [ranks along the axis, …], contiguous
     * @param own this rank's part, of which {@link #gathers} is true, apart from the stack
     */
    Running gather(String at, int axis, Tensor stack, Tensor own) {
        mesh.count(at, axis, CollectiveKind.ALL_GATHER, stack.nbytes());
        follow(gathers);
        meet(gathers);
        CudaArena.Place place = place(own);
        long bytes = own.nbytes();
        try (BytePointer target = bytes(stack);
                BytePointer source = bytes(own)) {
            for (int other : others(axis)) {
                copy(
                        CudaArena.at(target, other * bytes),
                        neighbours.memory(mesh.rank(axis, other), place),
                        bytes,
                        gathers);
            }
            copy(CudaArena.at(target, mesh.coordinate(axis) * bytes), source, bytes, gathers);
        }
        return gathering(gathers);
    }

    /**
     * Starts to bring this rank the others' parts of a parameter, of which every rank has all parts and has updated its own.
     *
     * @param stack [ranks along the axis, …], contiguous, of which {@link #gathers} is true
     */
    Running complete(String at, int axis, Tensor stack) {
        mesh.count(at, axis, CollectiveKind.ALL_GATHER, stack.nbytes());
        follow(completions);
        meet(completions);
        CudaArena.Place place = place(stack);
        long bytes = stack.nbytes() / mesh.size(axis);
        try (BytePointer target = bytes(stack)) {
            for (int other : others(axis)) {
                CudaArena.Place part = new CudaArena.Place(place.segment(), place.offset() + other * bytes);
                copy(
                        CudaArena.at(target, other * bytes),
                        neighbours.memory(mesh.rank(axis, other), part),
                        bytes,
                        completions);
            }
        }
        return gathering(completions);
    }

    private CudaArena.Place place(Tensor tensor) {
        return device.arena().place(CudaKernel.address(tensor)).orElseThrow();
    }

    private Copying gathering(CUstream_st stream) {
        Copying copying = new Copying(stream);
        gathering.addLast(copying);
        return copying;
    }

    /** Whether a gradient can be summed so along an axis. */
    boolean scatters(Tensor gradient, int axis) {
        if (!mapped || !sums.takes(gradient) || gradient.nbytes() / mesh.size(axis) % CudaSums.VECTOR_BYTES != 0) {
            return false;
        }
        arrivals.computeIfAbsent(axis, a -> device.arena().allocate(2 * mesh.size(a) * SLOT_BYTES));
        return map();
    }

    /**
     * Starts to sum over the ranks along an axis; each is given its part.
     *
     * @param axis for which {@link #scatters} is true
     * @param stack [ranks along the axis, …], contiguous; closed when the sum is waited for
     * @param own of the shape of a part
     */
    Scattering scatter(String at, int axis, Tensor stack, Tensor own) {
        mesh.count(at, axis, CollectiveKind.REDUCE_SCATTER, stack.nbytes());
        BytePointer slots = Objects.requireNonNull(arrivals.get(axis));
        follow(scatters);
        gathering.forEach(g -> waitFor(scatters, g.end));
        long bytes = own.nbytes();
        for (long from = 0; from < bytes; from += SLOT_BYTES) {
            BytePointer buffer = second ? CudaArena.at(slots, mesh.size(axis) * SLOT_BYTES) : slots;
            send(axis, stack, from, Math.min(SLOT_BYTES, bytes - from), bytes, buffer);
            add(axis, own, stack, from, Math.min(SLOT_BYTES, bytes - from), buffer);
            second = !second;
        }
        return new Scattering(own, new Copying(adding, stack));
    }

    /** Sends every rank its piece as soon as it may be written. */
    private void send(int axis, Tensor stack, long from, long length, long partBytes, BytePointer buffer) {
        List<Integer> ranks = ranks(axis);
        CudaArena.Place slot = device.arena()
                .place(buffer.address() + mesh.coordinate(axis) * SLOT_BYTES)
                .orElseThrow();
        neighbours.await(scatters, second ? CudaNeighbours.Signal.FREE_TOO : CudaNeighbours.Signal.FREE, ranks);
        try (BytePointer source = bytes(stack)) {
            for (int other : others(axis)) {
                copy(
                        neighbours.memory(mesh.rank(axis, other), slot),
                        CudaArena.at(source, other * partBytes + from),
                        length,
                        scatters);
            }
        }
        neighbours.tell(scatters, second ? CudaNeighbours.Signal.SENT_TOO : CudaNeighbours.Signal.SENT, ranks);
    }

    /** Adds the pieces of all ranks when they are there. */
    private void add(int axis, Tensor own, Tensor stack, long from, long length, BytePointer buffer) {
        List<Integer> ranks = ranks(axis);
        CUevent_st sent = recorded(scatters);
        waitFor(adding, sent);
        destroy(sent);
        neighbours.await(adding, second ? CudaNeighbours.Signal.SENT_TOO : CudaNeighbours.Signal.SENT, ranks);
        sums.sum(adding, own, stack, buffer, SLOT_BYTES, from, length, mesh.coordinate(axis));
        neighbours.tell(adding, second ? CudaNeighbours.Signal.FREE_TOO : CudaNeighbours.Signal.FREE, ranks);
    }

    /** Waits for all that ranks have asked for until now; before something else sums what they send. */
    void settle() {
        gathering.forEach(g -> waitFor(device.stream(), g.end));
    }

    /**
     * Before the first gather of a pass, a stream waits for its likes on all ranks, and the other one for it. Two rounds: that all have
     * arrived, and that all have seen it, so that the next meeting's signals find these cleared.
     */
    private void meet(CUstream_st stream) {
        CUevent_st known = met;
        if (known != null) {
            waitFor(stream, known);
            return;
        }
        List<Integer> ranks = new ArrayList<>();
        for (int rank = 0; rank < mesh.ranks(); rank++) {
            if (rank != mesh.rank()) {
                ranks.add(rank);
            }
        }
        for (CudaNeighbours.Signal round : List.of(CudaNeighbours.Signal.ARRIVED, CudaNeighbours.Signal.SEEN)) {
            neighbours.tell(stream, round, ranks);
            neighbours.await(stream, round, ranks);
        }
        met = recorded(stream);
    }

    private boolean map() {
        mapped = mapped && neighbours.map();
        return mapped;
    }

    /** The other places along an axis, each rank's in an order of its own, so that no device is read by all at once. */
    private List<Integer> others(int axis) {
        List<Integer> others = new ArrayList<>();
        for (int i = 1; i < mesh.size(axis); i++) {
            others.add((mesh.coordinate(axis) + i) % mesh.size(axis));
        }
        return others;
    }

    private List<Integer> ranks(int axis) {
        return others(axis).stream().map(other -> mesh.rank(axis, other)).toList();
    }

    /** Lets a stream of copies begin behind what the device was given until now. */
    private void follow(CUstream_st stream) {
        CUevent_st now = recorded(device.stream());
        waitFor(stream, now);
        destroy(now);
    }

    private static BytePointer bytes(Tensor tensor) {
        return new BytePointer(tensor.data_ptr());
    }

    private static void copy(BytePointer target, BytePointer source, long bytes, CUstream_st stream) {
        if (target.address() != source.address()) {
            CudaDevice.check(
                    "cudaMemcpyAsync",
                    cudart.cudaMemcpyAsync(target, source, bytes, cudart.cudaMemcpyDeviceToDevice, stream));
        }
    }

    private static CUevent_st recorded(CUstream_st stream) {
        CUevent_st event = new CUevent_st();
        CudaDevice.check(
                "cudaEventCreateWithFlags", cudart.cudaEventCreateWithFlags(event, cudart.cudaEventDisableTiming));
        CudaDevice.check("cudaEventRecord", cudart.cudaEventRecord(event, stream));
        return event;
    }

    private static void waitFor(CUstream_st stream, CUevent_st event) {
        CudaDevice.check("cudaStreamWaitEvent", cudart.cudaStreamWaitEvent(stream, event, 0));
    }

    private static void destroy(CUevent_st event) {
        CudaDevice.check("cudaEventDestroy", cudart.cudaEventDestroy(event));
    }

    /** Ranks that have gone tell nobody anything: what waits for them is let go, on a thread that is not the engine's, until nothing is left. */
    private synchronized void release() {
        if (closed) {
            return;
        }
        released = true;
        device.enter();
        CUstream_st helper = device.newStream();
        try {
            for (int i = 0; i < RELEASES && isWaiting(); i++) {
                neighbours.release(helper);
                Thread.sleep(RELEASE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isWaiting() {
        return List.of(device.stream(), gathers, completions, scatters, adding).stream()
                .anyMatch(stream -> cudart.cudaStreamQuery(stream) == cudart.cudaErrorNotReady);
    }

    @Override
    public synchronized void close() {
        closed = true;
        device.synchronize();
        neighbours.close(released);
        for (CUstream_st stream : List.of(gathers, completions, scatters, adding)) {
            CudaDevice.check("cudaStreamDestroy", cudart.cudaStreamDestroy(stream));
        }
    }
}
