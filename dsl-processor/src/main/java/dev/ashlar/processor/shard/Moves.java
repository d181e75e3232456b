package dev.ashlar.processor.shard;

import dev.ashlar.processor.device.Collective;
import dev.ashlar.processor.device.Mesh;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The legal moves of one tensor and what they cost. A mesh axis may start or stop to cut a dimension only while no later mesh axis cuts
 * it: else the devices of a group hold no neighbouring chunks.
 */
final class Moves {
    private final Collectives collectives;
    private final Mesh mesh;
    private final List<Long> shape;
    private final int elementBytes;

    Moves(Collectives collectives, List<Long> shape, int elementBytes) {
        this.collectives = collectives;
        this.mesh = collectives.mesh();
        this.shape = shape;
        this.elementBytes = elementBytes;
    }

    /** All moves from a layout, by mesh axis, to layouts that divide the tensor. */
    List<Move> from(Layout layout) {
        List<Move> moves = new ArrayList<>();
        for (int meshAxis = 0; meshAxis < mesh.rank(); meshAxis++) {
            for (Placement target : targets(layout)) {
                move(layout, meshAxis, target).ifPresent(moves::add);
            }
        }
        return moves;
    }

    private List<Placement> targets(Layout layout) {
        List<Placement> targets = new ArrayList<>(List.of(Placement.REPLICATED));
        if (!layout.placements().contains(Placement.PARTIAL_MAXIMUM)) {
            targets.add(Placement.PARTIAL);
        }
        for (int dimension = 0; dimension < shape.size(); dimension++) {
            targets.add(Placement.shard(dimension));
        }
        return targets;
    }

    private Optional<Move> move(Layout from, int meshAxis, Placement target) {
        Placement source = from.on(meshAxis);
        if (source.equals(target) || !isInnermost(from, meshAxis, source) || !isInnermost(from, meshAxis, target)) {
            return Optional.empty();
        }
        Optional<Move.Kind> kind = kind(source, target);
        Layout to = from.with(meshAxis, target);
        return kind.isEmpty() || !to.divides(shape, mesh)
                ? Optional.empty()
                : Optional.of(priced(kind.get(), meshAxis, from, to));
    }

    private boolean isInnermost(Layout layout, int meshAxis, Placement placement) {
        return !(placement instanceof Placement.Shard shard)
                || mesh.size(meshAxis) == 1
                || layout.axesOf(shard.dimension()).stream()
                        .allMatch(other -> other <= meshAxis || mesh.size(other) == 1);
    }

    private static Optional<Move.Kind> kind(Placement source, Placement target) {
        boolean cuts = target instanceof Placement.Shard;
        boolean whole = target instanceof Placement.Replicated;
        if (source instanceof Placement.Shard) {
            return cuts
                    ? Optional.of(Move.Kind.ALL_TO_ALL)
                    : Optional.of(Move.Kind.ALL_GATHER).filter(k -> whole);
        } else if (source instanceof Placement.Partial) {
            return cuts
                    ? Optional.of(Move.Kind.REDUCE_SCATTER)
                    : Optional.of(Move.Kind.ALL_REDUCE).filter(k -> whole);
        }
        return Optional.of(cuts ? Move.Kind.SLICE : Move.Kind.ZERO_FILL);
    }

    private Move priced(Move.Kind kind, int meshAxis, Layout from, Layout to) {
        int n = mesh.size(meshAxis);
        long whole = bytes(from.with(meshAxis, Placement.REPLICATED));
        long part = whole / n;
        boolean cutsLater = isLater(to.on(meshAxis));
        boolean joinsLater = isLater(from.on(meshAxis));
        if (n == 1) { // another name for the same bytes
            return new Move(kind, meshAxis, from, to, whole, 0, 0, 0, 0);
        }
        return switch (kind) {
            case ALL_GATHER -> {
                long permute = joinsLater ? whole : 0;
                yield move(kind, Collective.ALL_GATHER, meshAxis, from, to, whole, permute, whole, permute);
            }
            case ALL_TO_ALL -> {
                long permute = (cutsLater ? part : 0) + (joinsLater ? part : 0);
                // the permuted source is freed before the result is permuted
                long workspace = Math.min(permute, part);
                yield move(kind, Collective.ALL_TO_ALL, meshAxis, from, to, part, permute, part, workspace);
            }
            case REDUCE_SCATTER -> {
                if (collectives.scattersByAllReduce()) {
                    yield move(kind, Collective.ALL_REDUCE, meshAxis, from, to, whole, whole + part, part, whole);
                }
                long permute = cutsLater ? whole : 0;
                yield move(kind, Collective.REDUCE_SCATTER, meshAxis, from, to, whole, permute, part, permute);
            }
            case ALL_REDUCE -> move(kind, Collective.ALL_REDUCE, meshAxis, from, to, whole, 0, 0, 0);
            case SLICE -> new Move(kind, meshAxis, from, to, whole, 0, collectives.copyTicks(part), part, 0);
            case ZERO_FILL -> new Move(kind, meshAxis, from, to, whole, 0, collectives.fillTicks(whole), whole, 0);
        };
    }

    /** Whether a cut or a joint is along a dimension other than the first, whose chunks are not contiguous. */
    private static boolean isLater(Placement placement) {
        return placement instanceof Placement.Shard shard && shard.dimension() > 0;
    }

    /** A move by a collective, which need not be of its name. */
    private Move move(
            Move.Kind kind,
            Collective collective,
            int meshAxis,
            Layout from,
            Layout to,
            long tensorBytes,
            long copiedBytes,
            long resultBytes,
            long workspaceBytes) {
        long wireBytes = collectives.wireBytes(collective, meshAxis, tensorBytes);
        long copy = copiedBytes == 0 ? 0 : collectives.copyTicks(copiedBytes);
        long ticks = Math.addExact(collectives.ticks(collective, meshAxis, wireBytes), copy);
        return new Move(kind, meshAxis, from, to, tensorBytes, wireBytes, ticks, resultBytes, workspaceBytes);
    }

    private long bytes(Layout layout) {
        return layout.localShape(shape, mesh).stream().reduce((long) elementBytes, Math::multiplyExact);
    }
}
