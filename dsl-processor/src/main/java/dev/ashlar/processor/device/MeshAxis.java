package dev.ashlar.processor.device;

/**
 * One axis of a mesh.
 *
 * @param size number of devices along it
 * @param link what joins them
 */
public record MeshAxis(int size, Link link) {
    /** Validates the size. */
    public MeshAxis {
        if (size < 1) {
            throw new IllegalArgumentException("a mesh axis has at least 1 device, not " + size);
        }
    }
}
