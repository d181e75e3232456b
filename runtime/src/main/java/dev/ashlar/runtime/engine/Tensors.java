package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.DType;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** Small questions to a tensor, and the passage from libtorch's tuples to owned handles. */
final class Tensors {
    private Tensors() {}

    static ScalarType torchType(DType type) {
        return switch (type) {
            case FLOAT32 -> ScalarType.Float;
            case BFLOAT16 -> ScalarType.BFloat16;
            case FLOAT16 -> ScalarType.Half;
            case FLOAT64 -> ScalarType.Double;
            case INT64 -> ScalarType.Long;
            case INT32 -> ScalarType.Int;
            case BOOL -> ScalarType.Bool;
        };
    }

    static DType type(Tensor tensor) {
        // What comes from native code is a copy of the constant.
        ScalarType type = tensor.scalar_type().intern();
        return switch (type) {
            case Float -> DType.FLOAT32;
            case BFloat16 -> DType.BFLOAT16;
            case Half -> DType.FLOAT16;
            case Double -> DType.FLOAT64;
            case Long -> DType.INT64;
            case Int -> DType.INT32;
            case Bool -> DType.BOOL;
            default -> throw new IllegalArgumentException("no operator makes tensors of " + type);
        };
    }

    static boolean is(Tensor tensor, DType type) {
        return type(tensor) == type;
    }

    static long[] shape(Tensor tensor) {
        long[] shape = new long[Math.toIntExact(tensor.dim())];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = tensor.size(i);
        }
        return shape;
    }

    /** The extent of the last dimension. */
    static long last(Tensor tensor) {
        return tensor.size(tensor.dim() - 1);
    }

    /** All leading dimensions as one: [*, n] as [rows, n]. A view where the layout allows, else a copy; owned. */
    static Tensor rows(Tensor tensor) {
        return tensor.reshape(-1, last(tensor));
    }

    /** Where its first element lies; 0 if it has none. */
    static long address(Tensor tensor) {
        try (Pointer data = tensor.data_ptr()) {
            return data == null ? 0 : data.address();
        }
    }

    /** A second handle on the same storage, owned. */
    static Tensor share(Tensor tensor) {
        return new Tensor(tensor);
    }

    /** The tensor in this type: a second handle where it already is, else a copy; owned. */
    static Tensor as(Tensor tensor, DType type) {
        return is(tensor, type) ? share(tensor) : tensor.to(torchType(type));
    }

    /** A second handle where it is contiguous, else a copy; owned. */
    static Tensor contiguous(Tensor tensor) {
        return tensor.contiguous();
    }

    /** What {@code tensor} becomes in {@code type}; closes the argument. */
    static Tensor converted(Tensor tensor, DType type) {
        if (is(tensor, type)) {
            return tensor;
        }
        try (tensor) {
            return tensor.to(torchType(type));
        }
    }

    static Tensor[] owned(T_TensorTensor_T pair) {
        try (pair) {
            return new Tensor[] {new Tensor(pair.get0()), new Tensor(pair.get1())};
        }
    }

    /** Forward kernels define every result. */
    static Tensor[] all(T_TensorTensorTensor_T triple) {
        try (triple) {
            return new Tensor[] {new Tensor(triple.get0()), new Tensor(triple.get1()), new Tensor(triple.get2())};
        }
    }

    static @Nullable Tensor[] owned(T_TensorTensorTensor_T triple) {
        try (triple) {
            return new @Nullable Tensor[] {owned(triple.get0()), owned(triple.get1()), owned(triple.get2())};
        }
    }

    /** Backward kernels leave what was not asked for undefined. */
    static @Nullable Tensor owned(Tensor borrowed) {
        return borrowed.defined() ? new Tensor(borrowed) : null;
    }

    static void close(@Nullable Tensor... tensors) {
        for (Tensor tensor : tensors) {
            if (tensor != null) {
                tensor.close();
            }
        }
    }
}
