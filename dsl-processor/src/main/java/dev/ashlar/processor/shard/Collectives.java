package dev.ashlar.processor.shard;

import dev.ashlar.processor.device.Collective;
import dev.ashlar.processor.device.Device;
import dev.ashlar.processor.device.Mesh;

/**
 * Time and traffic of single collectives and copies: what was measured of a link, else α + β·bytes, where the bytes are those that one
 * device sends around a ring. In a group of one device nothing takes any time.
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
     * What one device sends.
     *
     * @param bytes of the gathered or unreduced tensor; of one device's part in an all-to-all
     */
    public long wireBytes(Collective kind, int meshAxis, long bytes) {
        return kind.wireBytes(mesh.size(meshAxis), bytes);
    }

    /** Time in ticks of a collective in which one device sends so many bytes. */
    public long ticks(Collective kind, int meshAxis, long wireBytes) {
        int size = mesh.size(meshAxis);
        return size == 1 ? 0 : ticks(mesh.axes().get(meshAxis).link().seconds(kind, size, wireBytes));
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
}
