package dev.ashlar.runtime.dist;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** The ranks that differ from this one along some mesh axes alone. */
public final class Peers {
    private final Mesh mesh;
    private final List<Integer> axes;

    Peers(Mesh mesh, List<Integer> axes) {
        this.mesh = mesh;
        this.axes = axes;
    }

    /** Whether there is none but this rank itself. */
    public boolean isEmpty() {
        return count() == 1;
    }

    /** How many ranks there are, this one included. */
    public long count() {
        return axes.stream().mapToLong(mesh::size).reduce(1, (a, b) -> a * b);
    }

    /**
     * Reduces in place, along one mesh axis after the other.
     *
     * @param at what it is for
     */
    public void reduce(String at, Tensor tensor, Reduction reduction) {
        axes.forEach(axis -> mesh.reduce(at, axis, tensor, reduction));
    }
}
