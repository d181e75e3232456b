package dev.ashlar.runtime.io;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.HostTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Where a parameter's values come from.
 *
 * @param parameter the name in the model
 * @param tensor the name in the file
 * @param transpose whether a matrix is transposed; vectors never are
 * @param part which of the equal parts along the first dimension, counted from 0, after transposing
 * @param parts how many parts; 1 takes the whole
 */
public record TensorSource(String parameter, String tensor, boolean transpose, int part, int parts) {

    /**
     * The shape that the parameter gets.
     *
     * @throws AshlarException if the tensor cannot be cut into equal parts
     */
    public List<Long> shape(Safetensors file) {
        List<Long> shape = new ArrayList<>(file.shape(tensor));
        if (transposes(shape)) {
            Collections.swap(shape, 0, 1);
        }
        if (parts > 1) {
            if (shape.isEmpty() || shape.get(0) % parts != 0) {
                throw new AshlarException("the tensor '" + tensor + "' with the shape " + shape + " cannot be cut into "
                        + parts + " equal parts; correct its rule in the name map");
            }
            shape.set(0, shape.get(0) / parts);
        }
        return shape;
    }

    /** Copies the values out: floats, in the parameter's shape. */
    public HostTensor read(Safetensors file) {
        long[] shape = shape(file).stream().mapToLong(Long::longValue).toArray();
        HostTensor whole = file.read(tensor);
        if (!transpose && parts == 1) {
            return whole;
        }
        float[] values = transposes(file.shape(tensor)) ? transposed(whole) : whole.floats();
        if (parts > 1) {
            int length = values.length / parts;
            values = Arrays.copyOfRange(values, part * length, (part + 1) * length);
        }
        return HostTensor.of(values, shape);
    }

    private boolean transposes(List<Long> shape) {
        return transpose && shape.size() == 2;
    }

    private static float[] transposed(HostTensor matrix) {
        float[] from = matrix.floats();
        int rows = (int) matrix.shape()[0];
        int columns = (int) matrix.shape()[1];
        float[] to = new float[from.length];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                to[c * rows + r] = from[r * columns + c];
            }
        }
        return to;
    }
}
