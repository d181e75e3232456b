package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.dist.Mesh;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** What kernels share: the device, the place on the mesh, the compute type, and small native objects that are too dear to be made at every call. */
final class KernelContext implements AutoCloseable {
    /** Far above the number of constants in a model; only a value that changes at every step reaches it. */
    private static final int MOST_SCALARS = 1024;

    private static final long NAP_NANOS = 20_000L;

    private final DeviceKind device;
    private final Precision precision;
    private final Mesh mesh;
    private final @Nullable CudaDevice cuda;
    private final @Nullable CudaCopies copies;
    private final Completions completions = new Completions();
    private boolean recording;
    private int uses;
    /** By number and type: a {@link Double} or a {@link Long}. */
    private final Map<Number, Scalar> scalars = new HashMap<>();

    private final Map<DType, TensorOptions> options = new HashMap<>();
    private final Map<String, NativeOperator> operators = new HashMap<>();
    private final BoolPointer[] masks = new BoolPointer[8];
    private final TensorOptional absent = new TensorOptional();
    private final MemoryFormatOptional anyFormat = new MemoryFormatOptional();
    private final ScalarTypeOptional ownType = new ScalarTypeOptional();
    private final ScalarTypeOptional floatType = new ScalarTypeOptional(ScalarType.Float);

    /** @param cuda the device, if it is one of CUDA's; closed with the context */
    KernelContext(DeviceKind device, Precision precision, Mesh mesh, @Nullable CudaDevice cuda) {
        this.device = device;
        this.precision = precision;
        this.mesh = mesh;
        this.cuda = cuda;
        this.copies = cuda != null && CudaCopies.isPossible(mesh) ? new CudaCopies(cuda, mesh) : null;
        for (int i = 0; i < masks.length; i++) {
            masks[i] = new BoolPointer(3);
            for (int bit = 0; bit < 3; bit++) {
                masks[i].put(bit, (i >> bit & 1) != 0);
            }
        }
    }

    DeviceKind device() {
        return device;
    }

    Precision precision() {
        return precision;
    }

    /** Where this rank is. */
    Mesh mesh() {
        return mesh;
    }

    DType compute() {
        return precision.compute();
    }

    /** The device, if it is one of CUDA's. */
    @Nullable
    CudaDevice cuda() {
        return cuda;
    }

    /** What copies from other ranks' devices; null where ranks cannot. */
    @Nullable
    CudaCopies copies() {
        return copies;
    }

    /** What is on its way of parameters that others have updated. */
    Completions completions() {
        return completions;
    }

    /** To be called before what may come behind another engine's on this thread. */
    void again() {
        if (cuda != null && !recording) {
            cuda.again();
        }
    }

    /**
     * To be called before the host waits for the device: there ranks may wait for one that has gone. While kernels are recorded the
     * device has nothing to do.
     *
     * @throws dev.ashlar.runtime.dist.PeerException if another rank has gone or does not come in time
     */
    void settle() {
        if (cuda != null && !recording) {
            mesh.settle(cuda::isIdle);
        }
    }

    /**
     * Waits until the device has come to a place.
     *
     * @throws dev.ashlar.runtime.dist.PeerException if another rank has gone or does not come in time
     */
    void await(BooleanSupplier there) {
        mesh.settle(there);
        while (!there.getAsBoolean()) {
            LockSupport.parkNanos(NAP_NANOS);
        }
    }

    /** A number for each parameter that is used for the first time. */
    int nextUse() {
        return uses++;
    }

    /** Whether kernels are recorded now and run later: a number of the host would stay as it is. */
    boolean recording() {
        return recording;
    }

    void recording(boolean on) {
        recording = on;
    }

    /** A floating-point number, borrowed and valid until the next call: kernels use it at once. */
    Scalar scalar(double value) {
        Scalar cached = scalars.get(value);
        return cached != null ? cached : keep(value, new Scalar(value));
    }

    /** A whole number, for tensors of integers; borrowed as {@link #scalar} is. */
    Scalar whole(long value) {
        Scalar cached = scalars.get(value);
        return cached != null ? cached : keep(value, new Scalar(value));
    }

    private Scalar keep(Number value, Scalar made) {
        if (scalars.size() >= MOST_SCALARS) {
            scalars.values().forEach(Scalar::close);
            scalars.clear();
        }
        scalars.put(value, made);
        return made;
    }

    /** The three flags of a backward kernel, borrowed. */
    BoolPointer mask(boolean first, boolean second, boolean third) {
        return masks[(first ? 1 : 0) | (second ? 2 : 0) | (third ? 4 : 0)];
    }

    /** No tensor, borrowed. */
    TensorOptional absent() {
        return absent;
    }

    /** The result has the type of the operand, borrowed. */
    ScalarTypeOptional ownType() {
        return ownType;
    }

    /** The result is in 32-bit floats, borrowed. */
    ScalarTypeOptional floatType() {
        return floatType;
    }

    /** The operator with this name, checked against its schema at the first call. */
    NativeOperator operator(String name, int arity) {
        return operator(name, "", arity);
    }

    /** An overload of the operator with this name. */
    NativeOperator operator(String name, String overload, int arity) {
        String key = name + "." + overload;
        NativeOperator cached = operators.get(key);
        if (cached == null) {
            cached = NativeOperator.find(name, overload, arity);
            operators.put(key, cached);
        }
        return cached;
    }

    /** An uninitialised tensor in the host's memory. */
    Tensor emptyOnHost(DType type, long... shape) {
        try (TensorOptions host = new TensorOptions(Tensors.torchType(type))) {
            return torch.empty(shape, host, anyFormat);
        }
    }

    /** The same in memory that the device copies from and to while the host goes on. */
    Tensor pinnedOnHost(DType type, long... shape) {
        try (TensorOptions host = new TensorOptions(Tensors.torchType(type));
                BoolOptional yes = new BoolOptional(true);
                TensorOptions pinned = host.pinned_memory(yes)) {
            return torch.empty(shape, pinned, anyFormat);
        }
    }

    /** The tensor in the host's memory: a second handle where it is there already; owned. */
    Tensor onHost(Tensor tensor) {
        return device == DeviceKind.CPU ? Tensors.share(tensor) : tensor.cpu();
    }

    /** An uninitialised tensor on the device. */
    Tensor empty(DType type, long... shape) {
        return torch.empty(shape, options(type), anyFormat);
    }

    /** An uninitialised tensor that other ranks may read, where they can, and that is there as long as the engine. */
    Tensor emptyForOthers(DType type, long... shape) {
        if (cuda == null || copies == null) {
            return empty(type, shape);
        }
        long bytes = Arrays.stream(shape).reduce(type.bytes(), Math::multiplyExact);
        return torch.from_blob(cuda.arena().allocateTensor(bytes), shape, options(type));
    }

    /** A tensor of zeros on the device. */
    Tensor zeros(DType type, long... shape) {
        return torch.zeros(shape, options(type));
    }

    /** A tensor of one value on the device. */
    Tensor full(DType type, double value, long... shape) {
        return torch.full(shape, scalar(value), options(type));
    }

    /** The numbers 0, 1, … below {@code end} on the device. */
    Tensor range(DType type, long end) {
        return torch.arange(whole(end), options(type));
    }

    private TensorOptions options(DType type) {
        TensorOptions cached = options.get(type);
        if (cached == null) {
            try (TensorOptions typed = new TensorOptions(Tensors.torchType(type));
                    Device where = new Device(device.torchName());
                    DeviceOptional optional = new DeviceOptional(where)) {
                cached = typed.device(optional);
            }
            options.put(type, cached);
        }
        return cached;
    }

    @Override
    public void close() {
        scalars.values().forEach(Scalar::close);
        options.values().forEach(TensorOptions::close);
        operators.values().forEach(NativeOperator::close);
        for (BoolPointer mask : masks) {
            mask.close();
        }
        if (copies != null) {
            copies.close();
        }
        if (cuda != null) {
            cuda.close();
        }
        absent.close();
        anyFormat.close();
        ownType.close();
        floatType.close();
    }
}
