package dev.ashlar.processor.cost;

import dev.ashlar.processor.device.Collective;
import dev.ashlar.processor.device.Device;
import dev.ashlar.processor.device.NumberFormat;
import dev.ashlar.processor.graph.Hop;
import dev.ashlar.processor.op.TensorType;
import java.util.List;
import java.util.Objects;

/** What a device takes for arithmetic in a number format, for memory traffic, calls, and what runs beside them. */
final class Rates {
    /** Parts of one in which slowdowns are counted. */
    private static final long SLOWDOWN_UNITS = 1 << 18;

    private final Device device;
    private final NumberFormat format;

    Rates(Device device, NumberFormat format) {
        this.device = device;
        this.format = format;
    }

    Device device() {
        return device;
    }

    NumberFormat format() {
        return format;
    }

    /** Time to read and write so many bytes. */
    double transferSeconds(long bytes) {
        return bytes / device.bytesPerSecond();
    }

    /** Time of one call of the optimizer that reads and writes so many bytes. */
    double updateSeconds(long bytes) {
        return bytes == 0 ? 0 : Math.max(partOfUpdateSeconds(bytes), device.launchSeconds());
    }

    /** What so many bytes take of the time of such a call. */
    double partOfUpdateSeconds(long bytes) {
        return transferSeconds(bytes) / device.calibration().updateShare();
    }

    /** Time to add two gradients of so many elements. */
    double sumSeconds(long elements) {
        return seconds(elements, 3 * elements * format.bytes(), 1);
    }

    /** Time to copy so many bytes. */
    double copySeconds(long bytes) {
        return Math.max(transferSeconds(2 * bytes), device.launchSeconds());
    }

    /** What compute loses to a collective that takes so many ticks beside it, in ticks. */
    long slowedTicks(Collective kind, long ticks) {
        long share = slowdownShare(kind);
        long rest = ticks % SLOWDOWN_UNITS * share / SLOWDOWN_UNITS;
        return Math.addExact(Math.multiplyExact(ticks / SLOWDOWN_UNITS, share), rest);
    }

    /** Whether anything is gained by a collective beside compute. */
    boolean hides(Collective kind) {
        return slowdownShare(kind) < SLOWDOWN_UNITS;
    }

    private long slowdownShare(Collective kind) {
        return Math.round(device.calibration().kappa(kind) * SLOWDOWN_UNITS);
    }

    /**
     * Whether what was updated in parts comes to where it is used beside the next step's forward: where devices have streams of their own
     * for it, and it needs one gather to the place where it stays.
     *
     * @param hops from where it is updated to where it lies
     */
    boolean comesLater(List<Hop> hops) {
        return !device.cpu() && hops.size() == 1 && hops.get(0).transfer().completes();
    }

    private double seconds(long flops, long bytes, int kernels) {
        return kernels == 0 ? 0 : Math.max(roofline(flops, bytes), callSeconds(kernels));
    }

    /** Time of arithmetic or memory traffic, whichever takes longer. */
    double roofline(long flops, long bytes) {
        double arithmetic =
                flops / Objects.requireNonNull(device.flopsPerSecond().get(format));
        return Math.max(arithmetic, transferSeconds(bytes));
    }

    /** Time of so many calls. */
    double callSeconds(int kernels) {
        return kernels * Math.max(device.launchSeconds(), device.calibration().hostSeconds());
    }

    /** Bytes of a tensor. */
    long bytes(TensorType type) {
        return Math.multiplyExact(type.elements(), type.element().bytes(format.bytes()));
    }
}
