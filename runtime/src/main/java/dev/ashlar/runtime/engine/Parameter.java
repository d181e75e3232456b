package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.dist.Layout;
import dev.ashlar.runtime.dist.Mesh;
import dev.ashlar.runtime.dist.Running;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
    private final ParameterLayout layout;
    private final Tensor value;
    /** What the optimizer updates of the value: a view of it, or the value itself. */
    private final Tensor updated;

    private final Tensor master;
    private final Mesh mesh;
    private final TransferKernels transfer;
    private final KernelContext context;
    private @Nullable Tensor gradient;
    /** Whether the value lacks what other ranks have updated of it. */
    private boolean behind;

    private final Completion completion = new Completion();
    private @Nullable Running completing;
    /** Which of all parameters it was, in the order of their first use. */
    private int place = Integer.MAX_VALUE;

    /** @param whole the first values in 32-bit floats; stays with the caller */
    Parameter(
            String name,
            Kind kind,
            boolean decay,
            ParameterLayout layout,
            Tensor whole,
            KernelContext context,
            TransferKernels transfer) {
        this.name = name;
        this.kind = kind;
        this.decay = decay;
        this.layout = layout;
        this.mesh = context.mesh();
        this.transfer = transfer;
        this.context = context;
        this.wholeShape = Tensors.shape(whole);
        DType type = kind == Kind.BUFFER ? DType.FLOAT32 : context.compute();
        this.value = value(whole, type, context);
        this.shape = Tensors.shape(value);
        this.updated = layout.gathers() ? partOfValue(layout.updated()) : value;
        boolean wider = kind == Kind.TRAINABLE && context.precision().master() != type;
        // The optimizer's kernels walk through memory.
        this.master = wider || !updated.is_contiguous()
                ? copy(whole, layout.updated(), wider ? context.precision().master() : type, context)
                : updated;
    }

    /** What others have other parts of, or complete by what this rank updates, they may read. */
    private Tensor value(Tensor whole, DType type, KernelContext context) {
        if (kind == Kind.BUFFER || layout.value().isWhole() && !layout.gathers()) {
            return copy(whole, layout.value(), type, context);
        }
        try (Tensor part = mesh.part(whole, layout.value())) {
            Tensor value = context.emptyForOthers(type, Tensors.shape(part));
            value.copy_(part);
            return value;
        }
    }

    private Tensor copy(Tensor whole, Layout as, DType type, KernelContext context) {
        try (Tensor part = mesh.part(whole, as)) {
            Tensor copy = context.empty(type, Tensors.shape(part));
            copy.copy_(part);
            return copy;
        }
    }

    /** A view of the value: what this rank has of it under a layout that cuts it further. */
    private Tensor partOfValue(Layout finer) {
        List<Integer> further = new ArrayList<>(finer.dimensions());
        for (int axis = 0; axis < further.size(); axis++) {
            if (layout.value().cuts(axis)) {
                further.set(axis, Layout.REPLICATED);
            }
        }
        return mesh.part(value, new Layout(further));
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
        return layout.value();
    }

    /** How its gradient and the optimizer's state lie on the mesh. */
    public Layout updatedLayout() {
        return layout.updated();
    }

    /** Bytes of the value and of a master apart from it. */
    long bytes() {
        return value.nbytes() + (master == updated ? 0 : master.nbytes());
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

    /** The value in the compute type (buffers: 32-bit floats), complete; borrowed. */
    public Tensor value() {
        awaitCompletion();
        if (place == Integer.MAX_VALUE) {
            place = context.nextUse();
        }
        return value;
    }

    /** Whether others' parts of the value come while the next pass runs, each until it is read: a device has streams for that. */
    private boolean completesLater() {
        return trainable() && context.cuda() != null && layout.path().size() == 2 && layout.gathersRows();
    }

    /** What others have updated of the value. */
    private final class Completion implements Completions.Incomplete {
        /** A recorded pass brings it whatever came before. */
        @Override
        public boolean isBehind() {
            return completesLater() && (behind || context.recording());
        }

        @Override
        public int place() {
            return place;
        }

        @Override
        public long bytes() {
            return value.nbytes();
        }

        @Override
        public void complete(Collectives by) {
            behind = false;
            if (completing != null) {
                completing.abandon(); // of a pass before the recorded one, which did not read it
            }
            completing = by.startCompletion(
                    "gather " + name, value, layout.path().get(0), layout.path().get(1));
        }
    }

    /** How others' parts come. */
    Completions.Incomplete completion() {
        return completion;
    }

    /** Waits for what others have updated, before the value is read or updated. */
    public void awaitCompletion() {
        context.completions().require(completion);
        if (completing != null) {
            completing.await();
            completing = null;
            context.completions().arrived(completion);
        }
    }

    /** Notes that a replayed pass has updated it. */
    public void updated() {
        behind = completesLater();
    }

    /**
     * What the optimizer updates: 32-bit floats in {@link Precision#BF16_MIXED}, else the value itself, or this rank's part of it;
     * borrowed.
     */
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
     * @param added of the shape of what this rank updates, in the compute type
     */
    public void addGradient(Tensor added) {
        requireShape(Tensors.shape(updated), Tensors.shape(added));
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

    /** Where a kernel that walks through memory may round the master to while it updates it; null if {@link #publish} has to. */
    @Nullable
    Tensor rounded() {
        return Tensors.type(master) != Tensors.type(updated) && updated.is_contiguous() ? updated : null;
    }

    /** Rounds the master to the value, where they are two. */
    void publish() {
        if (master != updated) {
            updated.copy_(master);
        }
    }

    /** Brings this rank what others have updated of its value, at the latest in the next pass. */
    public void gather(Collectives collectives) {
        if (completesLater()) {
            behind = true;
            return;
        }
        List<Layout> path = layout.path();
        if (layout.gathersRows()) {
            for (int i = 1; i < path.size(); i++) {
                try (Tensor part = partOfValue(path.get(i))) {
                    collectives.at("gather " + name).completeRows(part, path.get(i - 1), path.get(i));
                }
            }
            return;
        }
        Tensor current = Tensors.share(updated);
        for (int i = 1; i < path.size(); i++) {
            try (Tensor part = current) {
                current = collectives.at("gather " + name).allGather(part, path.get(i - 1), path.get(i));
            }
        }
        try (Tensor gathered = current) {
            if (layout.gathers()) {
                value.copy_(gathered);
            }
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
        try (Tensor uploaded = transfer.upload(source, DType.FLOAT32)) {
            assign(uploaded);
        }
    }

    /**
     * Sets the value; the source stays with the caller.
     *
     * @param source the whole tensor, in any floating-point type
     * @throws AshlarException if the shape differs
     */
    public void assign(Tensor source) {
        requireShape(wholeShape, Tensors.shape(source));
        behind = false;
        if (layout.gathers()) {
            copyPart(source, layout.value(), value);
        }
        copyPart(source, layout.updated(), master);
        publish();
    }

    private void copyPart(Tensor source, Layout as, Tensor target) {
        try (Tensor part = mesh.part(source, as)) {
            target.copy_(part);
        }
    }

    private void requireShape(long[] own, long[] other) {
        if (!Arrays.equals(own, other)) {
            throw new AshlarException("Parameter " + name + " has shape " + Arrays.toString(own) + " but was given "
                    + Arrays.toString(other) + "; check the names and the dims of the plan.");
        }
    }

    void close() {
        clearGradient();
        if (master != updated) {
            master.close();
        }
        if (updated != value) {
            updated.close();
        }
        value.close();
    }

    @Override
    public String toString() {
        return name + Arrays.toString(shape);
    }
}
