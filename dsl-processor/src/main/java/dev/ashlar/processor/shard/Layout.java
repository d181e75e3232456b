package dev.ashlar.processor.shard;

import dev.ashlar.processor.device.Mesh;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How a tensor lies on a mesh. Where several mesh axes cut one dimension, the earlier axis is the outer: under {@code [S0, S0]} on a 2x2
 * mesh the device at (1, 0) has the third quarter.
 *
 * @param placements one for each mesh axis, in order
 */
public record Layout(List<Placement> placements) {
    private static final Pattern PLACEMENT = Pattern.compile("R|P<?|S(\\d{1,3})");

    /** Copies the list. */
    public Layout {
        placements = List.copyOf(placements);
        if (!reducesOneWay(placements)) {
            throw new IllegalArgumentException(placements + " mixes sums and maxima, which do not commute");
        }
    }

    /** Whether the placements do not mix sums and maxima: a maximum of sums is not a sum of maxima. */
    static boolean reducesOneWay(List<Placement> placements) {
        return !(placements.contains(Placement.PARTIAL) && placements.contains(Placement.PARTIAL_MAXIMUM));
    }

    /** A layout with these placements. */
    public static Layout of(Placement... placements) {
        return new Layout(List.of(placements));
    }

    /** Replicated on every one of so many mesh axes. */
    public static Layout replicated(int meshAxes) {
        return new Layout(Collections.nCopies(meshAxes, Placement.REPLICATED));
    }

    /**
     * Reads {@code "[S0, R]"}.
     *
     * @throws IllegalArgumentException if the text is not a layout; the message says why
     */
    public static Layout parse(String text) {
        String trimmed = text.strip();
        if (!trimmed.startsWith("[") || !trimmed.endsWith("]")) {
            throw new IllegalArgumentException("'" + text + "' is not a layout: write one as [S0, R]");
        }
        List<Placement> placements = new ArrayList<>();
        for (String entry : trimmed.substring(1, trimmed.length() - 1).split(",", -1)) {
            placements.add(placement(entry.strip()));
        }
        return new Layout(placements);
    }

    private static Placement placement(String text) {
        Matcher matcher = PLACEMENT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not a placement: R is replicated, S0 is cut along"
                    + " dimension 0, P is a partial sum");
        }
        return switch (text) {
            case "R" -> Placement.REPLICATED;
            case "P" -> Placement.PARTIAL;
            case "P<" -> Placement.PARTIAL_MAXIMUM;
            default -> Placement.shard(Integer.parseInt(matcher.group(1)));
        };
    }

    /** The placement along a mesh axis. */
    public Placement on(int meshAxis) {
        return placements.get(meshAxis);
    }

    /** The same layout with another placement along one mesh axis. */
    public Layout with(int meshAxis, Placement placement) {
        List<Placement> changed = new ArrayList<>(placements);
        changed.set(meshAxis, placement);
        return new Layout(changed);
    }

    /** Mesh axes that cut a dimension of the tensor, outer to inner. */
    public List<Integer> axesOf(int dimension) {
        List<Integer> axes = new ArrayList<>(placements.size());
        for (int axis = 0; axis < placements.size(); axis++) {
            if (placements.get(axis) instanceof Placement.Shard shard && shard.dimension() == dimension) {
                axes.add(axis);
            }
        }
        return List.copyOf(axes);
    }

    /** Whether the devices hold anything that has yet to be reduced. */
    public boolean isPartial() {
        for (Placement placement : placements) {
            if (placement instanceof Placement.Partial) {
                return true;
            }
        }
        return false;
    }

    /** Number of chunks that a dimension of the tensor is cut into. */
    public long chunks(int dimension, Mesh mesh) {
        long chunks = 1;
        for (int axis : axesOf(dimension)) {
            chunks = Math.multiplyExact(chunks, mesh.size(axis));
        }
        return chunks;
    }

    /** Whether it cuts a tensor of this shape into equal parts. */
    public boolean divides(List<Long> shape, Mesh mesh) {
        return local(shape, mesh).isPresent();
    }

    /**
     * Shape of the part that one device holds.
     *
     * @param shape of the whole tensor
     * @throws IllegalArgumentException if it does not divide the shape into equal parts
     */
    public List<Long> localShape(List<Long> shape, Mesh mesh) {
        return local(shape, mesh)
                .orElseThrow(() -> new IllegalArgumentException(
                        this + " on mesh " + mesh + " does not cut " + shape + " into equal parts"));
    }

    private Optional<List<Long>> local(List<Long> shape, Mesh mesh) {
        if (placements.size() != mesh.rank()) {
            throw new IllegalArgumentException(this + " is no layout on mesh " + mesh);
        }
        List<Long> local = new ArrayList<>(shape);
        for (int axis = 0; axis < placements.size(); axis++) {
            if (placements.get(axis) instanceof Placement.Shard shard) {
                int dimension = shard.dimension();
                if (dimension >= shape.size() || local.get(dimension) % mesh.size(axis) != 0) {
                    return Optional.empty();
                }
                local.set(dimension, local.get(dimension) / mesh.size(axis));
            }
        }
        return Optional.of(local);
    }

    /** {@code "[S0, R, P]"}. */
    @Override
    public String toString() {
        return placements.stream().map(Placement::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
