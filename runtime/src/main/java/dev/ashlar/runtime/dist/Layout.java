package dev.ashlar.runtime.dist;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How a tensor lies on a mesh, as plans write it: {@code [S0, R]}. Where several mesh axes cut one dimension, the earlier is the outer.
 *
 * @param dimensions for each mesh axis the dimension of the tensor that it cuts; {@link #REPLICATED} or {@link #PARTIAL} if none
 */
public record Layout(List<Integer> dimensions) {
    /** The ranks along a mesh axis all have the same. */
    public static final int REPLICATED = -1;

    /** The ranks along a mesh axis have addends. */
    public static final int PARTIAL = -2;

    public Layout {
        dimensions = List.copyOf(dimensions);
    }

    /** A layout that cuts nothing, on a mesh of any number of axes. */
    public static Layout whole() {
        return new Layout(List.of());
    }

    /**
     * Reads {@code "[S0, R]"}.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static Layout parse(String text) {
        List<Integer> dimensions = new ArrayList<>();
        for (String part : text.substring(1, text.length() - 1).split(",", -1)) {
            String placement = part.strip();
            dimensions.add(
                    switch (placement) {
                        case "R" -> REPLICATED;
                        case "P" -> PARTIAL;
                        default -> dimension(placement, text);
                    });
        }
        return new Layout(dimensions);
    }

    private static int dimension(String placement, String text) {
        if (!placement.matches("S\\d{1,3}")) {
            throw new IllegalArgumentException("'" + text + "' is no layout; one is written as [S0, R]");
        }
        return Integer.parseInt(placement.substring(1));
    }

    /** Whether a mesh axis cuts the tensor. */
    public boolean cuts(int axis) {
        return axis < dimensions.size() && dimensions.get(axis) >= 0;
    }

    /** Whether no mesh axis cuts it, and nothing has yet to be added. */
    public boolean isWhole() {
        return dimensions.stream().allMatch(d -> d == REPLICATED);
    }

    @Override
    public String toString() {
        return dimensions.stream()
                .map(d -> d == REPLICATED ? "R" : d == PARTIAL ? "P" : "S" + d)
                .collect(Collectors.joining(", ", "[", "]"));
    }
}
