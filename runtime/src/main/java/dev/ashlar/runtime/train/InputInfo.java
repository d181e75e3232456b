package dev.ashlar.runtime.train;

import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.dist.Layout;
import java.util.Arrays;
import java.util.List;

/**
 * One input of a planned model, as its plan fixes it.
 *
 * @param name the input's name in the model
 * @param dtype the type its host array has; floating inputs are given as {@link DType#FLOAT32} and cast on the way to the device
 * @param shape the sizes of the whole batch, all of them fixed by the plan
 * @param exclusiveUpperBound ids lie in [0, bound); {@link #UNBOUNDED} if its values are not ids
 * @param alsoAllowed one more id that is allowed outside the range, the targets' ignore index; {@link #NONE} if there is none
 * @param layout how it lies on the mesh: a batch is given whole on every rank, which takes its part of it
 */
public record InputInfo(
        String name, DType dtype, List<Long> shape, long exclusiveUpperBound, long alsoAllowed, Layout layout) {

    /** The bound of an input whose values are not ids. */
    public static final long UNBOUNDED = -1;

    /** No id outside the range is allowed. */
    public static final long NONE = Long.MIN_VALUE;

    public InputInfo {
        shape = List.copyOf(shape);
    }

    /** An input whose values are not checked. */
    public static InputInfo values(String name, DType dtype, long... shape) {
        return new InputInfo(name, dtype, boxed(shape), UNBOUNDED, NONE, Layout.whole());
    }

    /** An input of ids in [0, exclusiveUpperBound). */
    public static InputInfo ids(String name, long exclusiveUpperBound, long... shape) {
        return new InputInfo(name, DType.INT64, boxed(shape), exclusiveUpperBound, NONE, Layout.whole());
    }

    /** An input of class ids in [0, exclusiveUpperBound), or {@code ignoreIndex} where there is nothing to learn. */
    public static InputInfo targets(String name, long exclusiveUpperBound, long ignoreIndex, long... shape) {
        return new InputInfo(name, DType.INT64, boxed(shape), exclusiveUpperBound, ignoreIndex, Layout.whole());
    }

    /** The same input, of which every rank has its part. */
    public InputInfo laidOut(Layout other) {
        return new InputInfo(name, dtype, shape, exclusiveUpperBound, alsoAllowed, other);
    }

    /** How many elements one batch of this input has. */
    public long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    private static List<Long> boxed(long[] shape) {
        return Arrays.stream(shape).boxed().toList();
    }
}
