package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.dist.Mesh;

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
     * @throws AshlarException if this engine has no kernels for the device
     */
    public static Engine open(DeviceKind device, Precision precision, Seed seed, boolean debug, Mesh mesh) {
        if (device != DeviceKind.CPU) {
            throw new AshlarException(
                    "This engine runs on the CPU only, not on " + device + "; use a plan with device = \"cpu\".");
        }
        return new Engine(new KernelContext(device, precision, mesh), seed, debug);
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

    /** The number of the training step. */
    public long step() {
        return step;
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
