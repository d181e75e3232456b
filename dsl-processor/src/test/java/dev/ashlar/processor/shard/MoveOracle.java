package dev.ashlar.processor.shard;

import dev.ashlar.processor.device.Device;
import dev.ashlar.processor.device.Link;
import dev.ashlar.processor.device.Mesh;
import java.util.List;
import java.util.OptionalLong;

/**
 * Prices all ways between layouts without a look at the code under test. A move along a mesh axis is legal where every device of a group
 * finds what it needs in its group, which is told from the box of indices that each device has.
 */
final class MoveOracle {
    private static final long FAR = Long.MAX_VALUE / 4;

    private final Mesh mesh;
    private final Device device;
    private final List<Long> shape;
    private final int elementBytes;
    private final SimulatedMesh ranks;

    MoveOracle(Mesh mesh, Device device, List<Long> shape, int elementBytes) {
        this.mesh = mesh;
        this.device = device;
        this.shape = shape;
        this.elementBytes = elementBytes;
        this.ranks = new SimulatedMesh(mesh);
    }

    /** Ticks from each layout to each, empty where there is no way. */
    OptionalLong[][] cheapest(List<Layout> layouts) {
        int n = layouts.size();
        long[][] ticks = new long[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                ticks[i][j] = i == j ? 0 : single(layouts.get(i), layouts.get(j));
            }
        }
        for (int via = 0; via < n; via++) {
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    ticks[i][j] = Math.min(ticks[i][j], ticks[i][via] + ticks[via][j]);
                }
            }
        }
        OptionalLong[][] cheapest = new OptionalLong[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                cheapest[i][j] = ticks[i][j] >= FAR ? OptionalLong.empty() : OptionalLong.of(ticks[i][j]);
            }
        }
        return cheapest;
    }

    private long single(Layout from, Layout to) {
        int changed = -1;
        for (int axis = 0; axis < mesh.rank(); axis++) {
            if (!from.on(axis).equals(to.on(axis))) {
                if (changed >= 0) {
                    return FAR;
                }
                changed = axis;
            }
        }
        String kind = "" + letter(from.on(changed)) + letter(to.on(changed));
        if (kind.equals("SP") || to.on(changed).equals(Placement.PARTIAL_MAXIMUM) || kind.equals("PP")) {
            return FAR;
        }
        return finds(from, to, changed) ? ticks(kind, from, to, changed) : FAR;
    }

    private static char letter(Placement placement) {
        return placement.toString().charAt(0);
    }

    private boolean finds(Layout from, Layout to, int axis) {
        for (int rank = 0; rank < ranks.ranks(); rank++) {
            long[][] need = box(to, rank);
            long found = 0;
            long[][] last = null;
            for (int peer : ranks.group(rank, axis)) {
                long[][] has = box(from, peer);
                // the group's boxes are disjoint or the same
                if (last == null || !java.util.Arrays.deepEquals(last, has)) {
                    found += overlap(need, has);
                }
                last = has;
            }
            if (found < overlap(need, need)) {
                return false;
            }
        }
        return true;
    }

    /** First index and the one behind the last, by dimension. */
    private long[][] box(Layout layout, int rank) {
        int[] at = ranks.coordinates(rank);
        long[][] box = new long[shape.size()][];
        for (int d = 0; d < box.length; d++) {
            box[d] = new long[] {0, shape.get(d)};
        }
        for (int axis = 0; axis < mesh.rank(); axis++) {
            if (layout.on(axis) instanceof Placement.Shard shard) {
                long[] range = box[shard.dimension()];
                long chunk = (range[1] - range[0]) / mesh.size(axis);
                range[0] += at[axis] * chunk;
                range[1] = range[0] + chunk;
            }
        }
        return box;
    }

    private static long overlap(long[][] a, long[][] b) {
        long elements = 1;
        for (int d = 0; d < a.length; d++) {
            elements *= Math.max(0, Math.min(a[d][1], b[d][1]) - Math.max(a[d][0], b[d][0]));
        }
        return elements;
    }

    private long ticks(String kind, Layout from, Layout to, int axis) {
        Link link = mesh.axes().get(axis).link();
        long n = mesh.size(axis);
        if (n == 1) {
            return 0;
        }
        double part = Math.min(bytes(from), bytes(to));
        double full = kind.equals("SS") ? part : kind.equals("PR") || kind.equals("RP") ? part : n * part;
        double sent = full * (n - 1) / n;
        boolean fromLater = letter(from.on(axis)) == 'S' && !from.on(axis).equals(Placement.shard(0));
        boolean toLater = letter(to.on(axis)) == 'S' && !to.on(axis).equals(Placement.shard(0));
        return switch (kind) {
            case "SR" -> wire(link, sent) + copy(fromLater ? full : 0);
            case "SS" -> wire(link, sent) + copy((fromLater ? part : 0) + (toLater ? part : 0));
            case "PS" ->
                device.cpu() ? wire(link, 2 * sent) + copy(full + part) : wire(link, sent) + copy(toLater ? full : 0);
            case "PR" -> wire(link, Math.ceil(2 * sent));
            case "RS" -> copy(part);
            case "RP" -> copy(full / 2, full);
            default -> throw new AssertionError(kind);
        };
    }

    private double bytes(Layout layout) {
        return overlap(box(layout, 0), box(layout, 0)) * (double) elementBytes;
    }

    private static long wire(Link link, double bytes) {
        return Math.round((link.alphaSeconds() + bytes / link.bytesPerSecond()) * 1e9 * 0x1p20);
    }

    private long copy(double bytes) {
        return bytes == 0 ? 0 : copy(bytes, bytes);
    }

    /** The roofline of a copy that moves twice these bytes. */
    private long copy(double bytes, double atAll) {
        return atAll == 0
                ? 0
                : Math.round(Math.max(2 * bytes / device.bytesPerSecond(), device.launchSeconds()) * 1e9 * 0x1p20);
    }
}
