package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.DType;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Rotary position embedding, the halves of a head rotated against each other as in LLaMA. Tables are kept per length, size and base. */
final class RopeKernels implements AutoCloseable {
    private record Key(long length, long size, double theta, DType type) {}

    private record Table(Tensor cosine, Tensor sine) {}

    private final KernelContext context;
    private final TransferKernels transfer;
    private final Map<Key, Table> tables = new HashMap<>();

    RopeKernels(KernelContext context, TransferKernels transfer) {
        this.context = context;
        this.transfer = transfer;
    }

    /** The first half becomes a·cos − b·sin, the second b·cos + a·sin; the inverse rotation has the other sign of the sine. */
    Tensor rotate(Tensor x, double theta, long offset, boolean inverse) {
        long size = x.size(3);
        if (size % 2 != 0) {
            throw new AshlarException("Rotary embedding of heads of size " + size + ": the size must be even.");
        }
        Table table = tables.computeIfAbsent(new Key(offset + x.size(2), size, theta, Tensors.type(x)), this::table);
        Tensor y = torch.empty_like(x);
        long half = size / 2;
        try (Tensor cosine = table.cosine.narrow(0, offset, x.size(2));
                Tensor sine = table.sine.narrow(0, offset, x.size(2));
                Tensor a = x.narrow(3, 0, half);
                Tensor b = x.narrow(3, half, half);
                Tensor first = y.narrow(3, 0, half);
                Tensor second = y.narrow(3, half, half)) {
            torch.mul_out(first, a, cosine);
            first.addcmul_(b, sine, context.scalar(inverse ? 1 : -1));
            torch.mul_out(second, b, cosine);
            second.addcmul_(a, sine, context.scalar(inverse ? -1 : 1));
        }
        return y;
    }

    private Table table(Key key) {
        int half = Math.toIntExact(key.size / 2);
        int length = Math.toIntExact(key.length);
        float[] cosine = new float[length * half];
        float[] sine = new float[length * half];
        for (int j = 0; j < half; j++) {
            double frequency = Math.pow(key.theta, -2.0 * j / key.size);
            for (int position = 0; position < length; position++) {
                cosine[position * half + j] = (float) Math.cos(position * frequency);
                sine[position * half + j] = (float) Math.sin(position * frequency);
            }
        }
        return new Table(onDevice(cosine, key, half), onDevice(sine, key, half));
    }

    private Tensor onDevice(float[] values, Key key, long half) {
        Tensor wide = transfer.upload(values, key.length, half);
        return Tensors.converted(wide, key.type);
    }

    @Override
    public void close() {
        tables.values().forEach(table -> Tensors.close(table.cosine, table.sine));
        tables.clear();
    }
}
