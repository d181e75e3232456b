package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.AshlarException;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.pytorch.Tensor;

/** A function that runs on the device, on its engine's stream. */
final class CudaKernel implements AutoCloseable {
    /** CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES */
    private static final int SHARED_BYTES = 8;

    private final CudaDevice device;
    private final CUfunc_st function;
    private int largestShared = 48 << 10;

    CudaKernel(CudaDevice device, CUfunc_st function) {
        this.device = device;
        this.function = function;
    }

    /**
     * Runs it.
     *
     * @param blocks how many
     * @param threads of a block
     * @param sharedBytes shared memory of a block beside what the kernel declares
     * @param arguments {@link Tensor} for its memory, {@link Integer}, {@link Long}, {@link Float}, {@link Double},
     *     {@link LongPointer} for what it points to
     */
    void launch(long blocks, int threads, int sharedBytes, Object... arguments) {
        launch(device.stream(), blocks, threads, sharedBytes, arguments);
    }

    /** The same on another stream of the device. */
    void launch(CUstream_st stream, long blocks, int threads, int sharedBytes, Object... arguments) {
        if (blocks == 0) {
            return;
        }
        if (sharedBytes > largestShared) {
            check("cuFuncSetAttribute", cudart.cuFuncSetAttribute(function, SHARED_BYTES, sharedBytes));
            largestShared = sharedBytes;
        }
        try (LongPointer values = new LongPointer(arguments.length);
                PointerPointer<Pointer> places = new PointerPointer<>(arguments.length)) {
            for (int i = 0; i < arguments.length; i++) {
                if (arguments[i] instanceof LongPointer memory) {
                    places.put(i, memory);
                } else {
                    values.put(i, bits(arguments[i]));
                    places.put(i, values.getPointer(i)); // shares its memory: closing it would free all
                }
            }
            check(
                    "cuLaunchKernel",
                    cudart.cuLaunchKernel(
                            function,
                            Math.toIntExact(blocks),
                            1,
                            1,
                            threads,
                            1,
                            1,
                            sharedBytes,
                            stream,
                            places,
                            (PointerPointer<?>) null));
        }
    }

    /** Where a tensor's numbers begin; 0 if it has none. */
    static long address(Tensor tensor) {
        try (Pointer data = tensor.data_ptr()) {
            return data == null ? 0 : data.address();
        }
    }

    /** In the first bytes of a word, as the device reads it. */
    private static long bits(Object argument) {
        if (argument instanceof Tensor tensor) {
            return address(tensor);
        } else if (argument instanceof Integer number) {
            return Integer.toUnsignedLong(number);
        } else if (argument instanceof Long number) {
            return number;
        } else if (argument instanceof Float number) {
            return Integer.toUnsignedLong(Float.floatToRawIntBits(number));
        } else if (argument instanceof Double number) {
            return Double.doubleToRawLongBits(number);
        }
        throw new IllegalArgumentException("a kernel takes no " + argument.getClass());
    }

    static void check(String call, int code) {
        if (code != 0) {
            throw new AshlarException(call + " failed with the driver's error " + code);
        }
    }

    @Override
    public void close() {
        function.close();
    }
}
