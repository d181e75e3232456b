package dev.ashlar.processor.device;

import java.util.List;

/**
 * What a profile says.
 *
 * @param file it came from, as the user named it
 * @param device a device; its link stands for the name alone until a catalogue joins them
 * @param links links that were measured with it
 */
public record DeviceProfile(String file, Device device, List<Link> links) {
    /** Copies the list. */
    public DeviceProfile {
        links = List.copyOf(links);
    }
}
