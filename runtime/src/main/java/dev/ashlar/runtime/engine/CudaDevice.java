package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.AshlarException;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.bytedeco.pytorch.cuda.CUDAAllocator;
import org.bytedeco.pytorch.cuda.CUDAStream;
import org.bytedeco.pytorch.cuda.DeviceStats;
import org.bytedeco.pytorch.global.torch_cuda;

/**
 * One CUDA device with a stream of its own, which is the opening thread's until that opens another or comes {@linkplain #again() again} to
 * one. The only class, beside those it makes, that touches the presets of CUDA: where nobody opens a device, they need not be there.
 */
final class CudaDevice implements AutoCloseable {
    private static final String HELP = "put org.bytedeco:pytorch with the classifier linux-x86_64-gpu in place of"
            + " linux-x86_64, org.bytedeco:cuda, and CUDA 13, cuDNN 9 and NCCL 2 on the library path (docs/cuda.md),"
            + " or use a plan with device = \"cpu\"";

    private static final int PROCESSORS = 16;
    private static final int COMPUTE_MAJOR = 75;
    private static final int COMPUTE_MINOR = 76;
    /** The smaller a stream's priority, the earlier it has its turn; the device takes the nearest that it knows. */
    private static final int FIRST = -5;

    private final byte index;
    private final CUDAStream stream;
    private final CUDAAllocator allocator;
    private final CudaKernels kernels;
    private final CudaArena arena = new CudaArena();

    private CudaDevice(byte index, CUDAStream stream, CUDAAllocator allocator) {
        this.index = index;
        this.stream = stream;
        this.allocator = allocator;
        this.kernels = new CudaKernels(this);
    }

    /** How many devices this process sees; 0 without the libraries. */
    static int count() {
        try {
            return torch_cuda.device_count();
        } catch (LinkageError e) {
            return 0;
        }
    }

    /** @throws AshlarException if the libraries or the device are not there */
    static void require(int index) {
        int count;
        try {
            count = torch_cuda.device_count();
        } catch (LinkageError e) {
            throw new AshlarException(
                    "The plan's device is CUDA, but CUDA's libraries cannot be loaded; " + HELP + ".", e);
        }
        if (count == 0) {
            throw new AshlarException(
                    "The plan's device is CUDA, but this process sees no CUDA device; check the driver"
                            + " with nvidia-smi, and " + HELP + ".");
        }
        if (index < 0 || index >= count) {
            throw new AshlarException("This rank's CUDA device is number " + index + ", but this host has " + count
                    + "; start no more ranks on a host than it has devices.");
        }
    }

    /**
     * Opens a device.
     *
     * @throws AshlarException if the libraries or the device are not there
     */
    static CudaDevice open(int index) {
        require(index);
        byte device = (byte) index;
        torch_cuda.set_device(device);
        CUDAStream stream = torch_cuda.getStreamFromPool(false, device);
        torch_cuda.setCurrentCUDAStream(stream);
        return new CudaDevice(device, stream, torch_cuda.getAllocator());
    }

    /** How many multiprocessors it has. */
    int processors() {
        return attribute(PROCESSORS);
    }

    /** Major and minor number of its architecture, such as {@code 90}. */
    String architecture() {
        return attribute(COMPUTE_MAJOR) + "" + attribute(COMPUTE_MINOR);
    }

    private int attribute(int which) {
        try (IntPointer value = new IntPointer(1)) {
            check("cudaDeviceGetAttribute", cudart.cudaDeviceGetAttribute(value, which, index));
            return value.get();
        }
    }

    /** The kernels of our own. */
    CudaKernels kernels() {
        return kernels;
    }

    /** Memory that other ranks may read. */
    CudaArena arena() {
        return arena;
    }

    int index() {
        return index;
    }

    /** Makes device and stream those of the engine's thread, where another engine of it was used meanwhile. */
    void again() {
        torch_cuda.set_device(index);
        torch_cuda.setCurrentCUDAStream(stream);
    }

    /** Makes the device that of the calling thread, which is not the engine's. */
    void enter() {
        torch_cuda.set_device(index);
    }

    /** A stream that waits for no other, and whose kernels come before those of the engine's. */
    CUstream_st newStream() {
        CUstream_st made = new CUstream_st();
        check(
                "cudaStreamCreateWithPriority",
                cudart.cudaStreamCreateWithPriority(made, cudart.cudaStreamNonBlocking, FIRST));
        return made;
    }

    CUstream_st stream() {
        return stream.stream();
    }

    /** Whether it has done all that it was given. */
    boolean isIdle() {
        return stream.query();
    }

    /** Waits until the device has done all that it was given. */
    void synchronize() {
        stream.synchronize();
    }

    DeviceMemory memory() {
        try (DeviceStats stats = allocator.getDeviceStats(index);
                SizeTPointer free = new SizeTPointer(1);
                SizeTPointer total = new SizeTPointer(1)) {
            check("cudaMemGetInfo", cudart.cudaMemGetInfo(free, total));
            return new DeviceMemory(
                    stats.allocated_bytes().current() + arena.tensorBytes(),
                    stats.allocated_bytes().peak() + arena.tensorBytes(),
                    stats.reserved_bytes().current() + arena.tensorBytes(),
                    stats.reserved_bytes().peak() + arena.tensorBytes(),
                    total.get() - free.get(),
                    total.get());
        }
    }

    void resetPeak() {
        allocator.resetPeakStats(index);
    }

    /** Gives memory that no tensor has back to the device. */
    void emptyCache() {
        allocator.emptyCache();
    }

    /** Records what a body gives the device to do, without doing it. */
    CudaRecording record(Runnable body) {
        return CudaRecording.of(this, allocator, body);
    }

    /** Throws where a call of CUDA's runtime failed. */
    static void check(String call, int code) {
        if (code != 0) {
            throw new AshlarException(call + " failed: "
                    + cudart.cudaGetErrorName(code).getString() + ", "
                    + cudart.cudaGetErrorString(code).getString());
        }
    }

    @Override
    public void close() {
        stream.synchronize();
        kernels.close();
        arena.close();
        // One a stream, else kept for ever.
        torch_cuda.clearCublasWorkspaces();
        torch_cuda.setCurrentCUDAStream(torch_cuda.getDefaultCUDAStream(index));
        stream.close();
    }
}
