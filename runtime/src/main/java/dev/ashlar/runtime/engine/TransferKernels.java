package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.HostTensor;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Between the Java heap and the device: one copy each way. */
final class TransferKernels {
    private final KernelContext context;

    TransferKernels(KernelContext context) {
        this.context = context;
    }

    /** Floats arrive in {@code floating}, integers as they are. */
    Tensor upload(HostTensor host, DType floating) {
        if (host.dtype() == DType.INT64) {
            return onDevice(context, hostLongs(host.longs(), host.shape()));
        }
        return Tensors.converted(upload(context, host.floats(), host.shape()), floating);
    }

    static Tensor upload(KernelContext context, float[] values, long... shape) {
        Tensor host = torch.empty(shape);
        try (FloatPointer data = host.data_ptr_float()) {
            data.put(values, 0, values.length);
        }
        return onDevice(context, host);
    }

    private static Tensor hostLongs(long[] values, long[] shape) {
        try (Tensor floats = torch.empty(0)) {
            Tensor host = floats.to(Tensors.torchType(DType.INT64));
            host.resize_(shape);
            try (LongPointer data = host.data_ptr_long()) {
                data.put(values, 0, values.length);
            }
            return host;
        }
    }

    private static Tensor onDevice(KernelContext context, Tensor host) {
        if (context.device() == DeviceKind.CPU) {
            return host;
        }
        try (host;
                Device device = new Device(context.device().torchName())) {
            return host.to(device, host.scalar_type());
        }
    }

    HostTensor download(Tensor tensor) {
        boolean floating = tensor.is_floating_point();
        try (Tensor typed = Tensors.as(tensor, floating ? DType.FLOAT32 : DType.INT64);
                Tensor host = typed.cpu();
                Tensor dense = host.contiguous()) {
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
