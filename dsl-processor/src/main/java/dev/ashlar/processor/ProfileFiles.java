package dev.ashlar.processor;

import dev.ashlar.processor.device.DeviceCatalogue;
import dev.ashlar.processor.device.DeviceProfile;
import dev.ashlar.processor.device.ProfileReader;
import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.Diagnostics;
import dev.ashlar.processor.diagnostic.Source;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import javax.annotation.processing.Filer;
import javax.tools.StandardLocation;

/** Finds the device profiles that option {@code ashlar.device} names: absolute files, or resources on the class path. */
final class ProfileFiles {
    private static final String OPTION = "ashlar.device";

    private final Filer filer;
    private final Diagnostics diagnostics;
    private final Source source = Options.place(OPTION);

    ProfileFiles(Filer filer, Diagnostics diagnostics) {
        this.filer = filer;
        this.diagnostics = diagnostics;
    }

    /**
     * The built-in devices and those of the files; what is wrong is reported and left out.
     *
     * @param operators kinds that a profile may speak of, with the names of the sizes that their rates depend on
     */
    DeviceCatalogue read(List<String> names, SortedMap<String, List<String>> operators) {
        ProfileReader reader = new ProfileReader(operators, source, diagnostics);
        List<DeviceProfile> profiles = new ArrayList<>();
        for (String name : names) {
            bytes(name).flatMap(bytes -> reader.read(name, bytes)).ifPresent(profiles::add);
        }
        return DeviceCatalogue.standard().with(profiles, source, diagnostics);
    }

    private Optional<byte[]> bytes(String name) {
        Path path = Path.of(name);
        boolean absolute = path.isAbsolute();
        try {
            return Optional.of(absolute ? Files.readAllBytes(path) : resource(name));
        } catch (IOException | IllegalArgumentException e) { // a compiler may not like the name of a resource
            String problem = !absolute
                    ? "is not on the class path. Give an absolute path, or put it there"
                    : Files.exists(path) ? "cannot be read" : "does not exist";
            diagnostics.error(
                    Code.BAD_OPTION, source, "Option " + OPTION + " names " + name + ", which " + problem + ".");
            return Optional.empty();
        }
    }

    private byte[] resource(String name) throws IOException {
        try (InputStream in =
                filer.getResource(StandardLocation.CLASS_PATH, "", name).openInputStream()) {
            return in.readAllBytes();
        }
    }
}
