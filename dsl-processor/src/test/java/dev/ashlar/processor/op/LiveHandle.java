package dev.ashlar.processor.op;

import org.bytedeco.pytorch.Tensor;

/** A tensor that exists. */
record LiveHandle(TensorType type, Tensor tensor) implements Handle {
    static Tensor tensor(Handle handle) {
        return ((LiveHandle) handle).tensor();
    }
}
