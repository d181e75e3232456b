package dev.ashlar.processor.graph;

import java.util.List;

/**
 * What a device's tensor is a part of.
 *
 * @param sizes of the whole tensor
 * @param layout how it lies on the mesh: {@code "[S0, R]"}
 */
public record Whole(List<Long> sizes, String layout) {
    /** Copies the list. */
    public Whole {
        sizes = List.copyOf(sizes);
    }
}
