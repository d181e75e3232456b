package dev.ashlar.runtime.calibrate;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.dist.Mesh;
import dev.ashlar.runtime.dist.Transport;
import dev.ashlar.runtime.engine.DeviceKind;
import dev.ashlar.runtime.engine.Engine;
import dev.ashlar.runtime.engine.Precision;
import dev.ashlar.runtime.launch.Ranks;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * Measures this machine's device and writes its profile: {@code Calibrate --device cuda --name h100-sxm --out h100-sxm.device.json}. Takes
 * about a minute on an accelerator. Started by {@link dev.ashlar.runtime.launch.Launch} on several ranks, it measures what they do together,
 * too, and the first writes.
 */
@Command(
        name = "Calibrate",
        description = "measures a device and writes its profile (docs/device-profile.md)",
        sortOptions = false,
        customSynopsis = "Calibrate --name NAME [--device cpu|cuda] [--link LINK] [--machine NAME] [--out FILE]")
public final class Calibrate {
    private static final int MISTAKE = 2;

    @Option(names = "--name", required = true, description = "of the device, as plans will name it")
    private String name = "";

    @Option(names = "--device", defaultValue = "cpu", description = "cpu or cuda")
    private String device = "";

    @Option(names = "--link", description = "that joins such devices; gloo for cpu, nvlink4 for cuda if left out")
    private String link = "";

    @Option(names = "--machine", defaultValue = "unnamed", description = "where this is")
    private String machine = "";

    @Option(names = "--out", description = "NAME.device.json if left out")
    private String file = "";

    @Option(names = "--help", usageHelp = true, description = "prints this")
    private boolean help;

    private Calibrate() {}

    /** Ends with code 2 for a mistake on the command line, 1 if something cannot be measured or written. */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    private static int run(String[] arguments) {
        Calibrate calibrate = new Calibrate();
        CommandLine line = new CommandLine(calibrate);
        try {
            line.parseArgs(arguments);
        } catch (ParameterException e) {
            System.err.println("error: " + e.getMessage() + "; --help lists the options");
            return MISTAKE;
        }
        if (line.isUsageHelpRequested()) {
            line.usage(System.out);
            return 0;
        }
        try {
            calibrate.run();
            return 0;
        } catch (AshlarException | IOException e) {
            System.err.println("error: " + e.getMessage());
            return 1;
        }
    }

    private void run() throws IOException {
        DeviceKind kind = switch (device.toLowerCase(Locale.ROOT)) {
            case "cpu" -> DeviceKind.CPU;
            case "cuda" -> DeviceKind.CUDA;
            default -> throw new AshlarException("there is no device '" + device + "'; write cpu or cuda");
        };
        Profile profile = new Profile(
                name,
                machine,
                LocalDate.now(ZoneOffset.UTC),
                kind,
                link.isEmpty() ? (kind == DeviceKind.CPU ? "gloo" : "nvlink4") : link);
        try (Ranks ranks = Ranks.fromEnvironment()) {
            if (ranks.rank() == 0) {
                measureAlone(profile, kind);
            }
            if (ranks.worldSize() > 1) {
                measureTogether(profile, kind, ranks);
            }
            if (ranks.rank() > 0) {
                return;
            }
        }
        Path path = Path.of(file.isEmpty() ? name + ".device.json" : file);
        profile.write(path);
        System.out.println("wrote " + path);
    }

    private static void measureAlone(Profile profile, DeviceKind kind) {
        try (Engine engine = Engine.open(kind, Precision.BF16, Seed.of(1), false)) {
            profile.measure(engine, kind == DeviceKind.CPU ? ProbeSizes.HOST : ProbeSizes.ACCELERATOR, sizes(kind));
        }
        try (Engine engine = Engine.open(kind, Precision.FP32, Seed.of(1), false)) {
            profile.measureWide(engine);
        }
    }

    private static void measureTogether(Profile profile, DeviceKind kind, Ranks ranks) {
        Engine.require(kind, ranks.localRank());
        Transport transport = kind == DeviceKind.CUDA ? Transport.cuda(ranks.localRank()) : Transport.host();
        try (Mesh mesh = ranks.mesh(List.of(ranks.worldSize()), transport);
                Engine engine = Engine.open(kind, ranks.localRank(), Precision.BF16, Seed.of(1), false, mesh)) {
            profile.measureTogether(engine, mesh);
        }
    }

    private static List<Long> sizes(DeviceKind kind) {
        return kind == DeviceKind.CPU
                ? List.of(64L, 256L, 1024L)
                : List.of(256L, 768L, 2048L, 3072L, 8192L, 16384L, 50304L);
    }
}
