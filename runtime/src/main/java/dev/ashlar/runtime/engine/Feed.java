package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.HostTensor;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.Tensor;

/** An input of a {@link Recording}: memory of the host that each replay takes its values from, at the place where that was recorded. */
public final class Feed implements AutoCloseable {
    private final KernelContext context;
    private final DType floating;
    private final long[] shape;
    private final Tensor staged;

    /** @param floating what floats become on the device */
    Feed(KernelContext context, DType floating, HostTensor first) {
        this.context = context;
        this.floating = floating;
        this.shape = first.shape();
        this.staged = context.pinnedOnHost(first.dtype() == DType.INT64 ? DType.INT64 : DType.FLOAT32, shape);
        next(first);
    }

    /**
     * Sets the values of the next replay. The one before has to have taken its own.
     *
     * @param values of the shape and type of the first
     */
    public void next(HostTensor values) {
        if (values.dtype() == DType.INT64) {
            try (LongPointer data = staged.data_ptr_long()) {
                data.put(values.longs(), 0, values.longs().length);
            }
        } else {
            try (FloatPointer data = staged.data_ptr_float()) {
                data.put(values.floats(), 0, values.floats().length);
            }
        }
    }

    /** To be called while the device records: a tensor that each replay copies its values to; owned by the caller. */
    public Tensor load() {
        DType type = Tensors.type(staged);
        Tensor values = context.empty(type, shape);
        values.copy_(staged, true);
        return type == DType.INT64 ? values : Tensors.converted(values, floating);
    }

    @Override
    public void close() {
        staged.close();
    }
}
