package dev.ashlar.runtime.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.cuda.cudart.cudaIpcMemHandle_t;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * Memory of a device that other processes may map, which libtorch's expandable segments are not. Ranks that ask for the same in the same
 * order have it at the same places. Nothing is given back before the end: it holds parameters.
 */
final class CudaArena implements AutoCloseable {
    /** As the allocator rounds, so that plans count both alike. */
    private static final long ALIGNED_BYTES = 512;

    private static final long SEGMENT_BYTES = 64L << 20;
    /** What the device hands out as one. */
    private static final long GRANULE_BYTES = 2L << 20;

    private final List<Segment> segments = new ArrayList<>();
    private long tensorBytes;

    /** A place in the memory, the same on all ranks. */
    record Place(int segment, long offset) {}

    private static final class Segment {
        private final BytePointer base;
        private final long bytes;
        private long used;

        Segment(BytePointer base, long bytes) {
            this.base = base;
            this.bytes = bytes;
        }

        long room() {
            return bytes - used;
        }
    }

    /** So many bytes for a tensor, uninitialised, for as long as the arena is there. */
    BytePointer allocateTensor(long bytes) {
        tensorBytes += rounded(bytes, ALIGNED_BYTES);
        return allocate(bytes);
    }

    /** The same for what is no tensor. */
    BytePointer allocate(long bytes) {
        long rounded = rounded(bytes, ALIGNED_BYTES);
        Segment segment = segments.stream()
                .filter(s -> s.room() >= rounded)
                .findFirst()
                .orElseGet(() -> segment(Math.max(SEGMENT_BYTES, rounded(rounded, GRANULE_BYTES))));
        BytePointer memory = at(segment.base, segment.used);
        segment.used += rounded;
        return memory;
    }

    private static long rounded(long bytes, long unit) {
        return (bytes + unit - 1) / unit * unit;
    }

    private Segment segment(long bytes) {
        try (PointerPointer<Pointer> place = new PointerPointer<>(1)) {
            CudaDevice.check("cudaMalloc", cudart.cudaMalloc(place, bytes));
            Segment segment = new Segment(new BytePointer(place.get(0)), bytes);
            segments.add(segment);
            return segment;
        }
    }

    /** Memory behind other memory. */
    static BytePointer at(BytePointer base, long offset) {
        return base.getPointer(offset);
    }

    /** Where an address lies. */
    Optional<Place> place(long address) {
        for (int i = 0; i < segments.size(); i++) {
            long offset = address - segments.get(i).base.address();
            if (offset >= 0 && offset < segments.get(i).bytes) {
                return Optional.of(new Place(i, offset));
            }
        }
        return Optional.empty();
    }

    /** How many pieces other processes map. */
    int segments() {
        return segments.size();
    }

    /** What lets another process map a piece. */
    byte[] handle(int segment) {
        try (cudaIpcMemHandle_t handle = new cudaIpcMemHandle_t()) {
            CudaDevice.check("cudaIpcGetMemHandle", cudart.cudaIpcGetMemHandle(handle, segments.get(segment).base));
            byte[] bytes = new byte[Math.toIntExact(handle.sizeof())];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = handle.reserved(i);
            }
            return bytes;
        }
    }

    /** Bytes of all tensors, in whole blocks; what is taken from the device beyond that is not the allocator's. */
    long tensorBytes() {
        return tensorBytes;
    }

    @Override
    public void close() {
        segments.forEach(s -> CudaDevice.check("cudaFree", cudart.cudaFree(s.base)));
        segments.clear();
    }
}
