package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.dist.Layout;
import dev.ashlar.runtime.dist.Mesh;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** A named tensor of a model, or this rank's part of it: trained, frozen, or a buffer such as a running mean. Owned by its {@link ParameterStore}. */
public final class Parameter {
    /** What becomes of a parameter in training. */
    public enum Kind {
        TRAINABLE,
        FROZEN,
        BUFFER
    }

    private final String name;
    private final Kind kind;
    private final boolean decay;
    private final long[] shape;
    private final long[] wholeShape;
    private final Layout layout;
    private final Tensor value;
    private final Tensor master;
    private final Mesh mesh;
    private final TransferKernels transfer;
    private @Nullable Tensor gradient;

    /** @param master the value itself unless the optimizer updates a wider copy */
    Parameter(
            String name,
            Kind kind,
            boolean decay,
            long[] wholeShape,
            Layout layout,
            Tensor value,
            Tensor master,
            Mesh mesh,
            TransferKernels transfer) {
        this.name = name;
        this.kind = kind;
        this.decay = decay;
        this.shape = Tensors.shape(value);
        this.wholeShape = wholeShape.clone();
        this.layout = layout;
        this.mesh = mesh;
        this.value = value;
        this.master = master;
        this.transfer = transfer;
    }

    /** For example {@code body.3.up.weight}. */
    public String name() {
        return name;
    }

    /** The dimensions of what this rank has. */
    public long[] shape() {
        return shape.clone();
    }

    /** The dimensions of the whole. */
    public long[] wholeShape() {
        return wholeShape.clone();
    }

    /** How it lies on the mesh. */
    public Layout layout() {
        return layout;
    }

    /** What becomes of it in training. */
    public Kind kind() {
        return kind;
    }

    /** Whether the optimizer updates it. */
    public boolean trainable() {
        return kind == Kind.TRAINABLE;
    }

    /** Whether weight decay applies. */
    public boolean decay() {
        return decay;
    }

    /** The value in the compute type (buffers: 32-bit floats); borrowed. */
    public Tensor value() {
        return value;
    }

    /** The value that the optimizer updates: 32-bit floats in {@link Precision#BF16_MIXED}, else the value itself; borrowed. */
    public Tensor master() {
        return master;
    }

    /** The gradient so far, borrowed; null before the first and after an update. */
    public @Nullable Tensor gradient() {
        return gradient;
    }

    /**
     * Adds to the gradient and takes the tensor, which must not share its storage with any other.
     *
     * @param added of the shape of this rank's part, in the compute type
     */
    public void addGradient(Tensor added) {
        requireShape(shape, Tensors.shape(added));
        if (!trainable()) {
            throw new IllegalStateException(name + " is " + kind + " and takes no gradient");
        }
        Tensor before = gradient;
        if (before == null) {
            gradient = dense(added);
        } else {
            try (added) {
                before.add_(added);
            }
        }
    }

    /** Optimizer kernels walk values and gradients in one order. */
    private static Tensor dense(Tensor tensor) {
        if (tensor.is_contiguous()) {
            return tensor;
        }
        try (tensor) {
            return tensor.contiguous();
        }
    }

    /** Hands the gradient over, to be closed by the caller. */
    @Nullable
    Tensor takeGradient() {
        Tensor taken = gradient;
        gradient = null;
        return taken;
    }

    /** Closes the gradient, if there is one. */
    public void clearGradient() {
        Tensors.close(takeGradient());
    }

    /** Rounds the master to the value, where they are two. */
    void publish() {
        if (master != value) {
            value.copy_(master);
        }
    }

    /**
     * Sets the value.
     *
     * @param source 32-bit floats, the whole tensor
     * @throws AshlarException if the shape differs
     */
    public void assign(HostTensor source) {
        requireShape(wholeShape, source.shape());
        try (Tensor uploaded = transfer.upload(mesh.part(source, layout), DType.FLOAT32)) {
            master.copy_(uploaded);
        }
        publish();
    }

    /**
     * Sets the value; the source stays with the caller.
     *
     * @param source the whole tensor, in any floating-point type
     * @throws AshlarException if the shape differs
     */
    public void assign(Tensor source) {
        requireShape(wholeShape, Tensors.shape(source));
        try (Tensor part = mesh.part(source, layout)) {
            master.copy_(part);
        }
        publish();
    }

    private void requireShape(long[] own, long[] other) {
        if (!Arrays.equals(own, other)) {
            throw new AshlarException("Parameter " + name + " has shape " + Arrays.toString(own) + " but was given "
                    + Arrays.toString(other) + "; check the names and the dims of the plan.");
        }
    }

    void close() {
        clearGradient();
        if (master != value) {
            master.close();
        }
        value.close();
    }

    @Override
    public String toString() {
        return name + Arrays.toString(shape);
    }
}
