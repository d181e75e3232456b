package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.DType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;

/** Numbers that copy engines write to the host's memory, and behind them a word that says so. */
final class CudaReport implements Report {
    private static final VarHandle WORD = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());
    private static final int NOTHING = 0;
    /** A look at the stream costs as much as many at memory. */
    private static final int LOOKS = 1024;

    private final KernelContext context;
    private final CudaDevice device;
    private final int count;
    /** [numbers, then the word], 32 bits each. */
    private final Tensor host;

    private final ByteBuffer words;
    private final Tensor something;
    private int looks;

    /** Is made while the device records: the numbers are what the tensors hold at this place. */
    CudaReport(KernelContext context, CudaDevice device, List<Tensor> numbers) {
        this.context = context;
        this.device = device;
        this.count = numbers.size();
        this.host = context.pinnedOnHost(DType.FLOAT32, count + 1);
        this.words = new BytePointer(host.data_ptr())
                .capacity(host.nbytes())
                .asByteBuffer()
                .order(ByteOrder.nativeOrder());
        this.something = context.zeros(DType.FLOAT32);
        something.fill_(context.scalar(1));
        for (int i = 0; i < count; i++) {
            try (Tensor number = Tensors.as(numbers.get(i), DType.FLOAT32)) {
                copy(number, i);
            }
        }
        copy(something, count);
    }

    private void copy(Tensor number, int place) {
        try (BytePointer target = new BytePointer(host.data_ptr());
                BytePointer source = new BytePointer(number.data_ptr())) {
            CudaDevice.check(
                    "cudaMemcpyAsync",
                    cudart.cudaMemcpyAsync(
                            CudaArena.at(target, (long) place * Float.BYTES),
                            source,
                            Float.BYTES,
                            cudart.cudaMemcpyDeviceToHost,
                            device.stream()));
        }
    }

    @Override
    public void expect() {
        WORD.setVolatile(words, count * Float.BYTES, NOTHING);
    }

    @Override
    public float[] await() {
        context.await(this::isThere);
        float[] numbers = new float[count];
        words.asFloatBuffer().get(0, numbers);
        return numbers;
    }

    /** The stream says what went wrong, where nothing will come. */
    private boolean isThere() {
        looks++;
        return (int) WORD.getVolatile(words, count * Float.BYTES) != NOTHING || looks % LOOKS == 0 && device.isIdle();
    }

    @Override
    public void close() {
        something.close();
        host.close();
    }
}
