package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.HostTensor;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.Tensor;

/** An input of a {@link Recording}: where that reads it, and memory of the host that its next values come from without any wait. */
public final class Feed implements AutoCloseable {
    private final Tensor tensor;
    private final Tensor staged;

    /** @param tensor the input with its first values; taken */
    Feed(KernelContext context, Tensor tensor, HostTensor first) {
        this.tensor = tensor;
        this.staged = context.pinnedOnHost(first.dtype() == DType.INT64 ? DType.INT64 : DType.FLOAT32, first.shape());
    }

    /** Where the recording reads it; borrowed. */
    public Tensor tensor() {
        return tensor;
    }

    /**
     * Gives the next values to the device, behind all that it was given. The values before have to be there already.
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
        tensor.copy_(staged, true);
    }

    @Override
    public void close() {
        tensor.close();
        staged.close();
    }
}
