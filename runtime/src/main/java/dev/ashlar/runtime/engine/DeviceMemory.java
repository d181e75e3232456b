package dev.ashlar.runtime.engine;

/**
 * What libtorch's allocator says of a device, in bytes.
 *
 * @param allocatedBytes handed out now, in whole blocks of the allocator
 * @param peakBytes the most that was handed out since the peak was reset
 * @param reservedBytes taken from the device now
 * @param peakReservedBytes the most that was taken since the peak was reset
 * @param deviceBytes in use on the whole device, by other processes too
 * @param totalBytes that the device has
 */
public record DeviceMemory(
        long allocatedBytes,
        long peakBytes,
        long reservedBytes,
        long peakReservedBytes,
        long deviceBytes,
        long totalBytes) {}
