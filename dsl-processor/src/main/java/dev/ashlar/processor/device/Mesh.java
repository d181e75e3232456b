package dev.ashlar.processor.device;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Devices in a grid of one to four axes. A rank's number is row-major: the last axis changes fastest.
 *
 * @param axes slowest link first
 */
public record Mesh(List<MeshAxis> axes) {
    /** The largest number of axes. */
    public static final int MOST_AXES = 4;

    /** Validates the number of axes and of devices. */
    public Mesh {
        axes = List.copyOf(axes);
        if (axes.isEmpty() || axes.size() > MOST_AXES) {
            throw new IllegalArgumentException("a mesh has 1 to " + MOST_AXES + " axes, not " + axes.size());
        }
        long devices = axes.stream().mapToLong(MeshAxis::size).reduce(1, Math::multiplyExact);
        if (devices > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a mesh of " + devices + " devices is too large");
        }
    }

    /** A mesh with these axes. */
    public static Mesh of(MeshAxis... axes) {
        return new Mesh(List.of(axes));
    }

    /** Number of axes. */
    public int rank() {
        return axes.size();
    }

    /** Number of devices along each axis. */
    public List<Integer> shape() {
        return axes.stream().map(MeshAxis::size).toList();
    }

    /** Number of devices along an axis. */
    public int size(int axis) {
        return axes.get(axis).size();
    }

    /** Number of all devices. */
    public int devices() {
        return axes.stream().mapToInt(MeshAxis::size).reduce(1, Math::multiplyExact);
    }

    /** {@code "2x4"}. */
    @Override
    public String toString() {
        return axes.stream().map(a -> Integer.toString(a.size())).collect(Collectors.joining("x"));
    }
}
