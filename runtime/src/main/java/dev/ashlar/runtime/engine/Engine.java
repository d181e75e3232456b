package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.dist.Mesh;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A device with a compute type: where operators run. Belongs to the thread that uses it. Tensors made by its operators outlive it;
 * nothing records for autograd, because no tensor that it makes requires a gradient.
 */
public final class Engine implements AutoCloseable {
    private final KernelContext context;
    private final Seed seed;
    private final boolean debug;
    private final Ops ops;
    private long step;
    private long part;
    private @Nullable Tensor share;
    private boolean followsStep;

    private Engine(KernelContext context, Seed seed, boolean debug) {
        this.context = context;
        this.seed = seed;
        this.debug = debug;
        this.ops = new Ops(this);
    }

    /**
     * Opens a device.
     *
     * @param debug check every floating-point result and throw {@link NonFiniteException} at the first that is not finite
     * @throws AshlarException if this engine has no kernels for the device
     */
    public static Engine open(DeviceKind device, Precision precision, Seed seed, boolean debug) {
        return open(device, precision, seed, debug, Mesh.single());
    }

    /**
     * Opens a device of one rank.
     *
     * @param debug check every floating-point result and throw {@link NonFiniteException} at the first that is not finite
     * @param mesh where this rank is; stays with the caller
     * @throws AshlarException if the device is not there
     */
    public static Engine open(DeviceKind device, Precision precision, Seed seed, boolean debug, Mesh mesh) {
        return open(device, 0, precision, seed, debug, mesh);
    }

    /**
     * Opens one of several devices of this host. On CUDA the calling thread's kernels go to a stream of the engine's own until it is
     * closed, another is opened, or a step of another begins.
     *
     * @param index which of the host's devices of this kind
     * @param debug check every floating-point result and throw {@link NonFiniteException} at the first that is not finite
     * @param mesh where this rank is; stays with the caller
     * @throws AshlarException if the device or the libraries for it are not there
     */
    public static Engine open(DeviceKind device, int index, Precision precision, Seed seed, boolean debug, Mesh mesh) {
        @Nullable CudaDevice cuda = device == DeviceKind.CUDA ? CudaDevice.open(index) : null;
        return new Engine(new KernelContext(device, precision, mesh, cuda), seed, debug);
    }

    /** @throws AshlarException if one of this host's devices cannot be opened, because it or the libraries for it are not there */
    public static void require(DeviceKind device, int index) {
        if (device == DeviceKind.CUDA) {
            CudaDevice.require(index);
        }
    }

    /** How many devices of a kind this process can open. */
    public static int count(DeviceKind device) {
        return device == DeviceKind.CPU ? 1 : CudaDevice.count();
    }

    /** The operators. */
    public Ops ops() {
        return ops;
    }

    /** The collectives. */
    public Collectives collectives() {
        return ops.collectives();
    }

    /** The sums of gradients that run while backward goes on. */
    public Reductions reductions() {
        return ops.reductions();
    }

    /** Sets the number of the training step, which dropout's masks follow. */
    public void step(long newStep) {
        step = newStep;
    }

    /** Sets which part of the batch runs, where it runs in several; dropout's masks are those of the whole. */
    public void part(long index) {
        part = index;
    }

    /** Which part of the batch runs. */
    long part() {
        return part;
    }

    /**
     * Sets what the part of the batch that runs counts, where the device alone knows it: gradients of the loss begin with it.
     *
     * @param newShare a 32-bit float, which stays with the caller; null where the host has told it already
     */
    public void share(@Nullable Tensor newShare) {
        share = newShare;
    }

    /** What the part of the batch that runs counts, where the host has not told it. */
    @Nullable
    Tensor share() {
        return share;
    }

    /** The number of the training step. */
    public long step() {
        return step;
    }

    /** Notes that what runs depends on the step's number. */
    void followStep() {
        followsStep = true;
    }

    /**
     * Whether a step, once recorded, would be right when it is replayed: the device can record, results are not checked, and no kernel
     * has asked for the step's number so far.
     */
    public boolean recordable() {
        return context.cuda() != null && !debug && !followsStep;
    }

    /**
     * Records what a body gives the device to do, without doing it. Numbers of the host stay what they are now.
     *
     * @throws IllegalStateException if the device cannot record
     */
    public Recording record(Runnable body) {
        CudaDevice cuda = context.cuda();
        if (cuda == null) {
            throw new IllegalStateException(context.device() + " does not record");
        }
        context.recording(true);
        try {
            return cuda.record(body);
        } finally {
            context.recording(false);
        }
    }

    /**
     * While the device records: lets each replay tell the host numbers as they are at this place.
     *
     * @param numbers tensors of one element; stay with the caller
     * @throws IllegalStateException if the device does not record
     */
    public Report report(List<Tensor> numbers) {
        CudaDevice cuda = context.cuda();
        if (cuda == null || !context.recording()) {
            throw new IllegalStateException(context.device() + " does not record");
        }
        return new CudaReport(context, cuda, numbers);
    }

    /** What a recording reads, with its first values; floats become numbers of the compute type on the device. */
    public Feed feed(HostTensor first) {
        return new Feed(context, context.compute(), first);
    }

    /** The same of numbers that stay 32-bit floats. */
    public Feed feed(float... first) {
        return new Feed(context, DType.FLOAT32, HostTensor.of(first, first.length));
    }

    /**
     * Waits until the device has done all that it was given, where ranks could wait for each other for ever; elsewhere returns at once.
     *
     * @throws dev.ashlar.runtime.dist.PeerException if another rank has gone or does not come in time
     */
    public void settle() {
        context.settle();
    }

    /** Waits until the device has done all that it was given. */
    public void synchronize() {
        CudaDevice cuda = context.cuda();
        if (cuda != null) {
            cuda.synchronize();
        }
    }

    /** The device's memory; empty for the host's, which {@link MemoryMeter} counts. */
    public Optional<DeviceMemory> memory() {
        return Optional.ofNullable(context.cuda()).map(CudaDevice::memory);
    }

    /** The peak of {@link #memory} starts again from what is allocated. */
    public void resetPeak() {
        CudaDevice cuda = context.cuda();
        if (cuda != null) {
            cuda.resetPeak();
        }
    }

    /** What all randomness follows from. */
    public Seed seed() {
        return seed;
    }

    /** Whether results are checked. */
    public boolean debug() {
        return debug;
    }

    /** What operators run on. */
    public DeviceKind device() {
        return context.device();
    }

    /** The types of computing and of updating. */
    public Precision precision() {
        return context.precision();
    }

    /** The type that operators compute in. */
    public DType compute() {
        return context.compute();
    }

    KernelContext context() {
        return context;
    }

    /** Frees cached tables; tensors stay with their owners. */
    @Override
    public void close() {
        ops.close();
        context.close();
    }
}
