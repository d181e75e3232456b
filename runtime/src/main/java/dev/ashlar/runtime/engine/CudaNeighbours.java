package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.dist.Board;
import dev.ashlar.runtime.dist.Mesh;
import dev.ashlar.runtime.dist.PeerException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.bytedeco.cuda.cudart.CUstreamBatchMemOpParams_v1;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.cudart.cudaIpcMemHandle_t;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * The {@link CudaArena arenas} of a mesh's other ranks, mapped by this one, and signals between their streams. A signal is a word in the
 * arena of who waits for it: another rank's stream sets it, and the one that has waited clears it. No kernel does that, so that it needs no
 * multiprocessor.
 *
 * <p>Every signal is set at most once until it is cleared, because whoever sets it has waited in between for something that its reader
 * sent after it cleared the last.
 */
final class CudaNeighbours {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration FAREWELL = Duration.ofSeconds(5);
    private static final int WORD = Integer.BYTES;

    private final Mesh mesh;
    private final CudaArena arena;
    private final Board board;
    private final BytePointer signals;
    /** By rank, then segment; this rank's list stays empty. */
    private final List<List<BytePointer>> mapped = new ArrayList<>();

    private int exchanged;

    /** What a stream tells another. */
    enum Signal {
        /** It has come to where both meet. */
        ARRIVED,
        /** It has seen all others there. */
        SEEN,
        /** The first buffer for what it receives may be written to. */
        FREE,
        /** What it sends to a first buffer is there. */
        SENT,
        /** As {@link #FREE}, of the second buffer. */
        FREE_TOO,
        /** As {@link #SENT}, of the second buffer. */
        SENT_TOO
    }

    CudaNeighbours(Mesh mesh, CudaArena arena) {
        this.mesh = mesh;
        this.arena = arena;
        this.board = mesh.board();
        for (int rank = 0; rank < mesh.ranks(); rank++) {
            mapped.add(new ArrayList<>());
        }
        long bytes = (long) Signal.values().length * mesh.ranks() * WORD;
        signals = arena.allocate(bytes);
        CudaDevice.check("cudaMemset", cudart.cudaMemset(signals, 0, bytes));
        for (int rank = 0; rank < mesh.ranks(); rank++) {
            CudaDevice.check("cudaMemset", cudart.cudaMemset(own(Signal.FREE, rank), 1, WORD));
            CudaDevice.check("cudaMemset", cudart.cudaMemset(own(Signal.FREE_TOO, rank), 1, WORD));
        }
        CudaDevice.check("cudaDeviceSynchronize", cudart.cudaDeviceSynchronize());
    }

    /**
     * Maps what the others have allocated since the last time. All ranks have to call it at the same places.
     *
     * @return whether all ranks could
     * @throws PeerException if one does not come in time
     */
    boolean map() {
        int from = exchanged;
        int to = arena.segments();
        if (from == to) {
            return true;
        }
        exchanged = to;
        String round = "memory up to " + to + " of ";
        StringBuilder handles = new StringBuilder();
        for (int segment = from; segment < to; segment++) {
            handles.append(HexFormat.of().formatHex(arena.handle(segment))).append(' ');
        }
        board.post(round + mesh.rank(), handles.toString());
        boolean mine = true;
        for (int rank = 0; rank < mesh.ranks(); rank++) {
            String theirs = read(round + rank, rank);
            for (String handle : theirs.strip().split(" ")) {
                mine &= rank == mesh.rank() || open(rank, HexFormat.of().parseHex(handle));
            }
        }
        board.post("maps " + round + mesh.rank(), Boolean.toString(mine));
        boolean all = true;
        for (int rank = 0; rank < mesh.ranks(); rank++) {
            all &= Boolean.parseBoolean(read("maps " + round + rank, rank));
        }
        return all;
    }

    private String read(String key, int rank) {
        try {
            return board.read(board.await(List.of(key), PATIENCE)).orElseThrow();
        } catch (TimeoutException e) {
            throw new PeerException("rank " + rank + " did not share its device's memory within " + PATIENCE.toSeconds()
                    + " s; check whether it runs");
        }
    }

    /** Whether the device lets this process have another's memory; ranks of one process cannot. */
    private boolean open(int rank, byte[] bytes) {
        try (cudaIpcMemHandle_t handle = new cudaIpcMemHandle_t();
                PointerPointer<Pointer> place = new PointerPointer<>(1)) {
            for (int i = 0; i < bytes.length; i++) {
                handle.reserved(i, bytes[i]);
            }
            int code = cudart.cudaIpcOpenMemHandle(place, handle, cudart.cudaIpcMemLazyEnablePeerAccess);
            if (code != 0) {
                cudart.cudaGetLastError(); // asked for, so that no later call reports it
                return false;
            }
            mapped.get(rank).add(new BytePointer(place.get(0)));
            return true;
        }
    }

    /** What another rank has at a place, as this device sees it. */
    BytePointer memory(int rank, CudaArena.Place place) {
        return CudaArena.at(mapped.get(rank).get(place.segment()), place.offset());
    }

    private BytePointer own(Signal signal, int from) {
        return CudaArena.at(signals, ((long) signal.ordinal() * mesh.ranks() + from) * WORD);
    }

    private long theirs(Signal signal, int rank) {
        CudaArena.Place place = arena.place(own(signal, mesh.rank()).address()).orElseThrow();
        return memory(rank, place).address();
    }

    /** Behind what the stream has done until then, tells other ranks so. */
    void tell(CUstream_st stream, Signal signal, List<Integer> ranks) {
        try (CUstreamBatchMemOpParams_v1 batch = new CUstreamBatchMemOpParams_v1(ranks.size())) {
            for (int i = 0; i < ranks.size(); i++) {
                write(batch.getPointer(i), theirs(signal, ranks.get(i)), 1);
            }
            run(stream, batch, ranks.size());
        }
    }

    /** Lets the stream wait until other ranks have told it so. */
    void await(CUstream_st stream, Signal signal, List<Integer> ranks) {
        try (CUstreamBatchMemOpParams_v1 batch = new CUstreamBatchMemOpParams_v1(2L * ranks.size())) {
            for (int i = 0; i < ranks.size(); i++) {
                long word = own(signal, ranks.get(i)).address();
                CUstreamBatchMemOpParams_v1 wait = batch.getPointer(2L * i);
                wait.waitValue_operation(cudart.CU_STREAM_MEM_OP_WAIT_VALUE_32);
                wait.waitValue_address(word);
                wait.waitValue_value(1);
                wait.waitValue_flags(cudart.CU_STREAM_WAIT_VALUE_GEQ);
                wait.waitValue_alias(0);
                write(batch.getPointer(2L * i + 1), word, 0);
            }
            run(stream, batch, 2 * ranks.size());
        }
    }

    private static void write(CUstreamBatchMemOpParams_v1 operation, long address, int value) {
        operation.writeValue_operation(cudart.CU_STREAM_MEM_OP_WRITE_VALUE_32);
        operation.writeValue_address(address);
        operation.writeValue_value(value);
        operation.writeValue_flags(cudart.CU_STREAM_WRITE_VALUE_DEFAULT);
        operation.writeValue_alias(0);
    }

    private static void run(CUstream_st stream, CUstreamBatchMemOpParams_v1 batch, int count) {
        CudaKernel.check("cuStreamBatchMemOp", cudart.cuStreamBatchMemOp(stream, count, batch, 0));
    }

    /** Ends all waiting, so that streams whose ranks have gone come to their end; what they do then means nothing. */
    void release(CUstream_st stream) {
        long bytes = (long) Signal.values().length * mesh.ranks() * WORD;
        CudaDevice.check("cudaMemsetAsync", cudart.cudaMemsetAsync(signals, 1, bytes, stream));
    }

    /**
     * Lets go of the others' memory, and waits until they have let go of this rank's.
     *
     * @param alone whether others have gone, so that nobody is to be waited for
     */
    void close(boolean alone) {
        mapped.forEach(segments ->
                segments.forEach(s -> CudaDevice.check("cudaIpcCloseMemHandle", cudart.cudaIpcCloseMemHandle(s))));
        mapped.forEach(List::clear);
        if (alone || exchanged == 0) {
            return;
        }
        try {
            board.post("memory left by " + mesh.rank(), "");
            for (int rank = 0; rank < mesh.ranks(); rank++) {
                board.await(List.of("memory left by " + rank), FAREWELL);
            }
        } catch (TimeoutException | RuntimeException e) {
            // the others have gone: nobody is left who would read what is freed now
            System.getLogger(CudaNeighbours.class.getName()).log(System.Logger.Level.DEBUG, "not all ranks left", e);
        }
    }
}
