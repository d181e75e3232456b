package dev.ashlar.processor.device;

/**
 * What joins devices.
 *
 * @param name as in {@code @Plan(links = …)}
 * @param alphaSeconds time of a collective of no bytes
 * @param bytesPerSecond what one device sends
 */
public record Link(String name, double alphaSeconds, double bytesPerSecond) {
    /** Validates the rates. */
    public Link {
        if (!(alphaSeconds >= 0) || !(bytesPerSecond > 0)) {
            throw new IllegalArgumentException("link " + name + " needs alpha >= 0 and a positive bandwidth");
        }
    }
}
