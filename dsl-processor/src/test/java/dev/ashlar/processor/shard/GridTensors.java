package dev.ashlar.processor.shard;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Plain arrays of tensors and tensors of plain arrays. */
public final class GridTensors {
    private GridTensors() {}

    public static Grid grid(Tensor tensor) {
        Tensor dense = tensor.detach().contiguous();
        double[] values = new double[(int) dense.numel()];
        if (dense.scalar_type().intern() == ScalarType.Long) {
            long[] longs = new long[values.length];
            try (LongPointer data = dense.data_ptr_long()) {
                data.get(longs, 0, longs.length);
            }
            Arrays.setAll(values, i -> longs[i]);
        } else {
            float[] floats = new float[values.length];
            try (FloatPointer data = dense.data_ptr_float()) {
                data.get(floats, 0, floats.length);
            }
            Arrays.setAll(values, i -> floats[i]);
        }
        return new Grid(
                IntStream.range(0, (int) tensor.dim()).mapToObj(tensor::size).toList(), values);
    }

    public static Tensor tensor(Grid grid, ScalarType type) {
        long[] shape = grid.shape().stream().mapToLong(n -> n).toArray();
        Tensor tensor = torch.empty(shape).to(type);
        if (type == ScalarType.Long) {
            try (LongPointer data = tensor.data_ptr_long()) {
                data.put(Arrays.stream(grid.values()).mapToLong(v -> (long) v).toArray(), 0, grid.values().length);
            }
        } else {
            float[] floats = new float[grid.values().length];
            for (int i = 0; i < floats.length; i++) {
                floats[i] = (float) grid.values()[i];
            }
            try (FloatPointer data = tensor.data_ptr_float()) {
                data.put(floats, 0, floats.length);
            }
        }
        return tensor;
    }
}
