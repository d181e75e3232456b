package dev.ashlar.processor.device;

import java.util.EnumMap;
import java.util.Map;

/**
 * A kind of device.
 *
 * @param name as in {@code @Plan(device = …)}
 * @param memoryBytes what it has
 * @param fixedBytes what is taken of it before the first tensor
 * @param flopsPerSecond rate of large matrix products in each number format; every format is there
 * @param bytesPerSecond rate at which it reads and writes its memory
 * @param launchSeconds time of a kernel that does nothing
 * @param cpu whether it is the host's processor
 * @param link what joins several of them, unless the plan names another
 * @param calibration what was measured beside
 */
public record Device(
        String name,
        long memoryBytes,
        long fixedBytes,
        Map<NumberFormat, Double> flopsPerSecond,
        double bytesPerSecond,
        double launchSeconds,
        boolean cpu,
        Link link,
        Calibration calibration) {
    /** Validates the figures. */
    public Device {
        if (memoryBytes <= 0 || fixedBytes < 0 || !(bytesPerSecond > 0) || !(launchSeconds >= 0)) {
            throw new IllegalArgumentException("device " + name + " needs memory and positive rates");
        }
        EnumMap<NumberFormat, Double> rates = new EnumMap<>(NumberFormat.class);
        for (NumberFormat format : NumberFormat.values()) {
            Double rate = flopsPerSecond.get(format);
            if (rate == null || !(rate > 0)) {
                throw new IllegalArgumentException("device " + name + " needs a positive rate for " + format);
            }
            rates.put(format, rate);
        }
        flopsPerSecond = java.util.Collections.unmodifiableMap(rates);
    }

    /** A device of which only the rates are known. */
    public Device(
            String name,
            long memoryBytes,
            long fixedBytes,
            Map<NumberFormat, Double> flopsPerSecond,
            double bytesPerSecond,
            double launchSeconds,
            boolean cpu,
            Link link) {
        this(name, memoryBytes, fixedBytes, flopsPerSecond, bytesPerSecond, launchSeconds, cpu, link, Calibration.NONE);
    }

    /** The same device, joined otherwise. */
    Device with(Link other) {
        return new Device(
                name, memoryBytes, fixedBytes, flopsPerSecond, bytesPerSecond, launchSeconds, cpu, other, calibration);
    }
}
