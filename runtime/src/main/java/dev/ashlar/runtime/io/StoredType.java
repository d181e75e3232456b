package dev.ashlar.runtime.io;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.HostTensor;
import java.nio.ByteBuffer;

/** The element types of a safetensors file that this library reads; floating ones become floats, the others longs. */
enum StoredType {
    F64(8, true),
    F32(4, true),
    F16(2, true),
    BF16(2, true),
    I64(8, false),
    I32(4, false),
    I16(2, false),
    I8(1, false),
    U8(1, false),
    BOOL(1, false);

    private static final int UNSIGNED_BYTE = 0xff;

    private final int bytes;
    private final boolean floating;

    StoredType(int bytes, boolean floating) {
        this.bytes = bytes;
        this.floating = floating;
    }

    int bytes() {
        return bytes;
    }

    boolean floating() {
        return floating;
    }

    static StoredType of(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> F32;
            case BFLOAT16 -> BF16;
            case INT64 -> I64;
            default ->
                throw new AshlarException(
                        "tensors of type " + dtype + " are not written to files; cast them to FLOAT32 or INT64");
        };
    }

    float decodeFloat(ByteBuffer from) {
        return switch (this) {
            case F64 -> (float) from.getDouble();
            case F32 -> from.getFloat();
            case F16 -> halfToFloat(from.getShort());
            case BF16 -> Float.intBitsToFloat(from.getShort() << 16);
            default -> throw new IllegalStateException(this + " is not floating");
        };
    }

    long decodeLong(ByteBuffer from) {
        return switch (this) {
            case I64 -> from.getLong();
            case I32 -> from.getInt();
            case I16 -> from.getShort();
            case I8 -> from.get();
            case U8, BOOL -> from.get() & UNSIGNED_BYTE;
            default -> throw new IllegalStateException(this + " is floating");
        };
    }

    /** Writes element {@code i} of the tensor. */
    void encode(HostTensor tensor, int i, ByteBuffer to) {
        switch (this) {
            case F32 -> to.putFloat(tensor.floats()[i]);
            case BF16 -> to.putShort(floatToBfloat16(tensor.floats()[i]));
            case I64 -> to.putLong(tensor.longs()[i]);
            default -> throw new IllegalStateException(this + " is not written");
        }
    }

    /** Rounds to the nearest even; NaN stays NaN. */
    private static short floatToBfloat16(float value) {
        int bits = Float.floatToIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16);
        }
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }

    /** IEEE 754 binary16; the JDK has it from 20 on. */
    private static float halfToFloat(short half) {
        int exponent = (half >>> 10) & 0x1f;
        int fraction = half & 0x3ff;
        float magnitude = switch (exponent) {
            case 0 -> fraction * 0x1p-24f;
            case 0x1f -> fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
            default -> Float.intBitsToFloat((exponent - 15 + 127) << 23 | fraction << 13);
        };
        return half < 0 ? -magnitude : magnitude;
    }
}
