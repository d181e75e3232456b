package dev.ashlar.runtime.engine;

import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.cuda.CUDAAllocator;
import org.bytedeco.pytorch.cuda.DeviceAssertionsDataVectorCUDAKernelLaunchInfoVectorPair;
import org.bytedeco.pytorch.cuda.MemPool;
import org.bytedeco.pytorch.cuda.StreamFilter;

/**
 * A CUDA graph. What the body allocates comes from a pool of its own, so that no later tensor shares memory with what the graph writes at
 * each launch. (The presets name the pool's number by another type of the same shape.)
 */
final class CudaRecording implements Recording {
    /** cudaStreamCaptureModeRelaxed: the allocator may take memory from the device meanwhile. */
    private static final int RELAXED = 2;

    private final CudaDevice device;
    private final CUDAAllocator allocator;
    private final DeviceAssertionsDataVectorCUDAKernelLaunchInfoVectorPair pool;
    private final CUgraph_st graph = new CUgraph_st();
    private final CUgraphExec_st executable = new CUgraphExec_st();
    private boolean abandoned;

    private CudaRecording(CudaDevice device, CUDAAllocator allocator) {
        this.device = device;
        this.allocator = allocator;
        this.pool = MemPool.graph_pool_handle();
    }

    /** Every stream's allocations go to the pool: only the recording thread allocates. */
    private static final class AnyStream extends StreamFilter {
        AnyStream() {
            super();
        }

        @Override
        public boolean call(Pointer stream) {
            return true;
        }
    }

    static CudaRecording of(CudaDevice device, CUDAAllocator allocator, Runnable body) {
        device.synchronize();
        device.emptyCache();
        CudaRecording recording = new CudaRecording(device, allocator);
        recording.capture(body);
        CudaDevice.check(
                "cudaGraphInstantiate", cudart.cudaGraphInstantiate(recording.executable, recording.graph, 0L));
        CudaDevice.check("cudaGraphDestroy", cudart.cudaGraphDestroy(recording.graph));
        return recording;
    }

    private void capture(Runnable body) {
        try (AnyStream any = new AnyStream()) {
            allocator.beginAllocateToPool((byte) device.index(), pool, any);
            try {
                CudaDevice.check("cudaStreamBeginCapture", cudart.cudaStreamBeginCapture(device.stream(), RELAXED));
                try {
                    body.run();
                } finally {
                    CudaDevice.check("cudaStreamEndCapture", cudart.cudaStreamEndCapture(device.stream(), graph));
                }
            } finally {
                allocator.endAllocateToPool((byte) device.index(), pool);
            }
        }
    }

    @Override
    public void replay() {
        CudaDevice.check("cudaGraphLaunch", cudart.cudaGraphLaunch(executable, device.stream()));
    }

    /** What runs is freed when it ends, which NCCL's groups wait for at their own end. */
    @Override
    public synchronized void abandon() {
        if (!abandoned) {
            abandoned = true;
            CudaDevice.check("cudaGraphExecDestroy", cudart.cudaGraphExecDestroy(executable));
        }
    }

    @Override
    public void close() {
        device.synchronize();
        abandon();
        allocator.releasePool((byte) device.index(), pool);
        // The presets would destroy it as what they take it for; it is two numbers.
        pool.deallocate(false);
    }
}
