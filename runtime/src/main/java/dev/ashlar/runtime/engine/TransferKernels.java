package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.HostTensor;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.Tensor;

/** Between the Java heap and the device: one copy each way. */
final class TransferKernels {
    private final KernelContext context;

    TransferKernels(KernelContext context) {
        this.context = context;
    }

    /** Floats arrive in {@code floating}, integers as they are. */
    Tensor upload(HostTensor host, DType floating) {
        if (host.dtype() == DType.INT64) {
            return upload(host.longs(), host.shape());
        }
        return Tensors.converted(upload(host.floats(), host.shape()), floating);
    }

    Tensor upload(float[] values, long... shape) {
        Tensor tensor = context.emptyOnHost(DType.FLOAT32, shape);
        try (FloatPointer data = tensor.data_ptr_float()) {
            data.put(values, 0, values.length);
        }
        return toDevice(tensor, DType.FLOAT32, shape);
    }

    private Tensor upload(long[] values, long[] shape) {
        Tensor tensor = context.emptyOnHost(DType.INT64, shape);
        try (LongPointer data = tensor.data_ptr_long()) {
            data.put(values, 0, values.length);
        }
        return toDevice(tensor, DType.INT64, shape);
    }

    /** Closes the argument, unless the host is the device. */
    private Tensor toDevice(Tensor tensor, DType type, long[] shape) {
        if (context.device() == DeviceKind.CPU) {
            return tensor;
        }
        context.settle();
        try (tensor) {
            Tensor copy = context.empty(type, shape);
            copy.copy_(tensor);
            return copy;
        }
    }

    HostTensor download(Tensor tensor) {
        context.again();
        boolean floating = tensor.is_floating_point();
        try (Tensor typed = Tensors.as(tensor, floating ? DType.FLOAT32 : DType.INT64);
                Tensor packed = typed.contiguous()) {
            context.settle();
            return dense(packed, floating);
        }
    }

    private HostTensor dense(Tensor packed, boolean floating) {
        try (Tensor dense = context.onHost(packed)) {
            long[] shape = Tensors.shape(dense);
            int size = Math.toIntExact(dense.numel());
            if (floating) {
                float[] values = new float[size];
                try (FloatPointer data = dense.data_ptr_float()) {
                    data.get(values);
                }
                return HostTensor.of(values, shape);
            }
            long[] values = new long[size];
            try (LongPointer data = dense.data_ptr_long()) {
                data.get(values);
            }
            return HostTensor.of(values, shape);
        }
    }
}
