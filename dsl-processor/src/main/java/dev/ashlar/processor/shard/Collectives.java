package dev.ashlar.processor.shard;

import dev.ashlar.processor.device.Device;
import dev.ashlar.processor.device.Link;
import dev.ashlar.processor.device.Mesh;

/**
 * Time and traffic of single collectives and copies: α + β·bytes, where the bytes are those that one device sends around a ring. In a
 * group of one device nothing takes any time.
 */
public final class Collectives {
    private static final double TICKS_PER_SECOND = 1e9 * (1 << 20);

    private final Mesh mesh;
    private final Device device;

    /** Collectives along the axes of a mesh of such devices. */
    public Collectives(Mesh mesh, Device device) {
        this.mesh = mesh;
        this.device = device;
    }

    /** The mesh. */
    public Mesh mesh() {
        return mesh;
    }

    /** Whether a reduce-scatter is a copy, an all-reduce and a slice, as Gloo does it. */
    public boolean scattersByAllReduce() {
        return device.cpu();
    }

    /**
     * What one device sends in an all-gather or a reduce-scatter.
     *
     * @param bytes of the gathered or unreduced tensor
     */
    public long ringBytes(int meshAxis, long bytes) {
        int n = mesh.size(meshAxis);
        return ceilDiv(Math.multiplyExact(bytes, n - 1), n);
    }

    /**
     * What one device sends in an all-reduce: a reduce-scatter and an all-gather.
     *
     * @param bytes of the tensor
     */
    public long allReduceBytes(int meshAxis, long bytes) {
        int n = mesh.size(meshAxis);
        return ceilDiv(Math.multiplyExact(bytes, 2L * (n - 1)), n);
    }

    /** Time in ticks of a collective in which one device sends so many bytes. */
    public long ticks(int meshAxis, long wireBytes) {
        Link link = mesh.axes().get(meshAxis).link();
        return mesh.size(meshAxis) == 1 ? 0 : ticks(link.alphaSeconds() + wireBytes / link.bytesPerSecond());
    }

    /** Time in ticks to read so many bytes of the device's memory and write them elsewhere. */
    public long copyTicks(long bytes) {
        return ticks(Math.max(2.0 * bytes / device.bytesPerSecond(), device.launchSeconds()));
    }

    /** Time in ticks to write so many bytes of the device's memory. */
    public long fillTicks(long bytes) {
        return ticks(Math.max(bytes / device.bytesPerSecond(), device.launchSeconds()));
    }

    /** Whole ticks, rounded to the nearest. */
    public static long ticks(double seconds) {
        return Math.round(seconds * TICKS_PER_SECOND);
    }

    /** The time that so many ticks are. */
    public static double seconds(long ticks) {
        return ticks / TICKS_PER_SECOND;
    }

    private static long ceilDiv(long dividend, long divisor) {
        return (dividend + divisor - 1) / divisor;
    }
}
