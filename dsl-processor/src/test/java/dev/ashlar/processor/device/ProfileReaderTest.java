package dev.ashlar.processor.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.diagnostic.Diagnostic;
import dev.ashlar.processor.diagnostic.Diagnostics;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProfileReaderTest {
    private static final ModelSpecs.At AT = new ModelSpecs.At("option ashlar.device");

    private static final String WHOLE = """
            { "schema": 1, "machine": "lab", "date": "2026-11-20", "libraries": { "nccl": "2.27", "libtorch": "2.10.0" },
              "device": { "name": "lab-h200", "kind": "cuda", "memoryBytes": 150754820096, "fixedBytes": 805306368,
                          "flopsPerSecond": { "bf16": 7.9e14, "fp32": 52000000000000 }, "bytesPerSecond": 4.2e12,
                          "launchNanos": 4000, "libraryBytes": 33554432, "groupBytes": 1000, "hostNanos": 9000.5, "kappa": 0.25, "updateShare": 0.5, "link": "nvlink4" },
              "links": [ { "link": "nvlink4", "alphaNanos": 9000, "bytesPerSecond": 3.5e11, "collectives": [
                  { "kind": "all_reduce", "size": 2, "tensorBytes": [1, 1048576, 16777216],
                    "nanos": [20000, 30000, 100000] },
                  { "kind": "all_reduce", "size": 8, "tensorBytes": [1048576], "nanos": [40000] } ] } ],
              "products": { "bf16": { "m": [64, 128], "n": [64], "k": [64], "flopsPerSecond": [1e12, 2e12] } },
              "workspace": { "linear": { "forward": 0, "backward": 1.5 } } }
            """;

    private final Diagnostics diagnostics = new Diagnostics();

    private Optional<DeviceProfile> read(String file, String text) {
        return new ProfileReader(
                        new TreeMap<>(Map.of("layer_norm", List.of(), "linear", List.of("width", "depth"))),
                        AT,
                        diagnostics)
                .read(file, text.getBytes(StandardCharsets.UTF_8));
    }

    private List<String> found() {
        return diagnostics.all().stream().map(Diagnostic::message).toList();
    }

    @Test
    void readsAllThereIs() {
        DeviceProfile profile = read("lab", WHOLE).orElseThrow();
        assertEquals(List.of(), found());
        Device device = profile.device();
        assertEquals("lab-h200", device.name());
        assertFalse(device.cpu());
        assertEquals(150754820096L, device.memoryBytes());
        assertEquals(805306368L, device.fixedBytes());
        assertEquals(Map.of(NumberFormat.BF16, 7.9e14, NumberFormat.FP32, 5.2e13), device.flopsPerSecond());
        assertEquals(4.2e12, device.bytesPerSecond());
        assertEquals(4e-6, device.launchSeconds(), 1e-18);
        Calibration calibration = device.calibration();
        assertEquals(33554432, calibration.libraryBytes());
        assertEquals(1000, calibration.groupBytes(2));
        assertEquals(1000, calibration.groupBytes(8));
        assertEquals(9.0005e-6, calibration.hostSeconds(), 1e-18);
        assertEquals(0.25, calibration.kappa(Collective.ALL_REDUCE));
        assertEquals(0.5, calibration.updateShare());
        assertEquals(Map.of("linear", new Workspace(0, 1.5)), calibration.workspaces());
        assertTrue(calibration.products(NumberFormat.FP32).isEmpty());
        assertEquals(
                2.0 * 64 * 64 * 64 / 1e12,
                calibration.products(NumberFormat.BF16).orElseThrow().seconds(64, 64, 64),
                1e-18);
        TreeMap<String, String> libraries = new TreeMap<>(Map.of("libtorch", "2.10.0", "nccl", "2.27"));
        assertEquals(Optional.of(new Origin("lab", LocalDate.of(2026, 11, 20), libraries)), calibration.origin());
        Link link = profile.links().get(0);
        assertEquals(9e-6, link.alphaSeconds(), 1e-18);
        // a group of two sends the whole tensor in an all-reduce
        assertEquals(30e-6, link.seconds(Collective.ALL_REDUCE, 2, 1 << 20), 1e-15);
        assertEquals(9e-6 + 1e6 / 3.5e11, link.seconds(Collective.ALL_GATHER, 2, 1_000_000), 1e-15);
    }

    @Test
    void profilesTakeThePlaceOfBuiltInLinksAndDevices() {
        DeviceProfile profile =
                read("lab", WHOLE.replace("lab-h200", "h100-sxm")).orElseThrow();
        DeviceCatalogue catalogue = DeviceCatalogue.standard().with(List.of(profile), AT, diagnostics);
        assertEquals(List.of(), found());
        assertEquals(7.9e14, catalogue.device("h100-sxm", AT).flopsPerSecond().get(NumberFormat.BF16));
        assertEquals(3.5e11, catalogue.device("h100-sxm", AT).link().bytesPerSecond());
        assertEquals(3.5e11, catalogue.device("h200-sxm", AT).link().bytesPerSecond(), "it has the same link");
        assertEquals(300e9, catalogue.device("a100-80", AT).link().bytesPerSecond());
    }

    @Test
    void noTwoProfilesDefineOneName() {
        DeviceProfile one = read("one", WHOLE).orElseThrow();
        DeviceProfile two = read("two", WHOLE).orElseThrow();
        DeviceCatalogue standard = DeviceCatalogue.standard();
        assertEquals(standard, standard.with(List.of(one, two), AT, diagnostics));
        assertEquals(
                List.of(
                        "Device profiles one and two both define the device 'lab-h200'. Leave one of them out, or give"
                                + " one another name.",
                        "Device profiles one and two both define the link 'nvlink4'. Leave one of them out, or give one"
                                + " another name."),
                found());
    }

    @Test
    void whatIsLostDependsOnTheCollective() {
        String byKind = WHOLE.replace("\"kappa\": 0.25", "\"kappa\": { \"all_gather\": 0.1, \"all_reduce\": 0.6 }")
                .replace(
                        "\"groupBytes\": 1000",
                        "\"groupBytes\": [ { \"size\": 2, \"bytes\": 1000, \"exchangeBytes\": 300 },"
                                + " { \"size\": 4, \"bytes\": 2000 } ]");
        Calibration calibration = read("lab", byKind).orElseThrow().device().calibration();
        assertEquals(List.of(), found());
        assertEquals(0.1, calibration.kappa(Collective.ALL_GATHER));
        assertEquals(0.6, calibration.kappa(Collective.ALL_REDUCE));
        assertEquals(0, calibration.kappa(Collective.REDUCE_SCATTER));
        assertEquals(300, calibration.exchangeBytes(2));
        assertEquals(0, calibration.exchangeBytes(4));
        assertEquals(2000, calibration.groupBytes(4));
    }

    @Test
    void kindsOfCollectivesAreKnown() {
        read("lab", WHOLE.replace("\"kappa\": 0.25", "\"kappa\": { \"all_gathr\": 0.1 }"));
        assertEquals(1, found().size());
        assertTrue(found().get(0).contains("'device.kappa.all_gathr'"), found().get(0));
    }

    @Test
    void sharesDependOnSizes() {
        String bySize = WHOLE.replace("\"workspace\":", """
                "share": { "linear": { "width": [16, 64], "depth": [2, 8], "forward": [0.1, 0.2, 0.4, 0.8],
                                       "backward": [0.5, 0.5, 0.5, 0.5] },
                           "layer_norm": { "forward": 0.3, "backward": 1 } },
                "workspace":""");
        Calibration calibration = read("lab", bySize).orElseThrow().device().calibration();
        assertEquals(List.of(), found());
        assertEquals(new Share(0.3, 1), calibration.share("layer_norm", List.of()));
        assertEquals(0.2, calibration.share("linear", List.of(16L, 8L)).forward(), 1e-12);
        assertEquals(0.4, calibration.share("linear", List.of(64L, 2L)).forward(), 1e-12);
        assertEquals(
                0.2, calibration.share("linear", List.of(32L, 2L)).forward(), 1e-12, "halfway between 0.1 and 0.4");
        assertEquals(0.1, calibration.share("linear", List.of(1L, 1L)).forward(), 1e-12, "as the smallest");
        assertEquals(0.8, calibration.share("linear", List.of(1000L, 9L)).forward(), 1e-12, "as the largest");
        assertEquals(0.5, calibration.share("linear", List.of(20L, 3L)).backward(), 1e-12);
        assertEquals(Share.WHOLE, calibration.share("gelu", List.of()));
    }

    @Test
    void everyCombinationOfSizesHasAShare() {
        String wrong = WHOLE.replace("\"workspace\":", """
                "share": { "linear": { "width": [16, 64], "depth": [2], "forward": [0.1], "backward": [0.5, 2] } },
                "workspace":""");
        assertTrue(read("lab", wrong).isEmpty() || !found().isEmpty());
        assertEquals(2, found().size(), found().toString());
    }

    @Test
    void groupsTakeWhatTheNextLargerMeasuredOneTook() {
        String bySize = WHOLE.replace(
                "\"groupBytes\": 1000",
                "\"groupBytes\": [ { \"size\": 2, \"bytes\": 1000 }, { \"size\": 8, \"bytes\": 3000 } ]");
        Calibration calibration = read("lab", bySize).orElseThrow().device().calibration();
        assertEquals(List.of(), found());
        assertEquals(
                List.of(1000L, 3000L, 3000L, 3000L),
                List.of(
                        calibration.groupBytes(2),
                        calibration.groupBytes(4),
                        calibration.groupBytes(8),
                        calibration.groupBytes(16)));
        assertEquals(0, Calibration.NONE.groupBytes(2));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"memoryBytes\": 150754820096|\"memoryBytes\": 99999999999999999999|'device.memoryBytes' must be a whole number"
                        + " from 1 to 17592186044416, not 99999999999999999999.",
                "\"kappa\": 0.25|\"kappa\": 1e999|'device.kappa' must be a number of at least 0, not 1e999.",
                "\"kappa\"|\"kapa\"|there is no field 'device.kapa'; the fields are bytesPerSecond, fixedBytes, flopsPerSecond,"
                        + " groupBytes, hostNanos, kappa, kind, launchNanos, libraryBytes, link, memoryBytes, name, updateShare. Did you mean 'kappa'?",
                "\"name\": \"lab-h200\"|\"name\": \" \"|'device.name' must be a text, not \" \".",
                "\"fp32\": 52000000000000|\"fp32\": -5|'device.flopsPerSecond.fp32' must be a number of more than 0, not -5.",
                "\"groupBytes\": 1000|\"groupBytes\": [{\"size\": 2, \"bytes\": 1}, {\"size\": 2, \"bytes\": 1}]|'device.groupBytes[1].size' is 2 a second time.",
                "\"groupBytes\": 1000|\"groupBytes\": [{\"size\": 1, \"bytes\": 1}]|'device.groupBytes[0].size' must be a whole number from 2 to 65536, not 1.",
                "\"size\": 8|\"size\": 2|'links[0].collectives[1].size' has a table of all_reduce already.",
                "\"m\": [64, 128]|\"m\": [128, 64]|'products.bf16.m' must ascend.",
                "\"m\": [64, 128]|\"m\": [64]|'products.bf16.flopsPerSecond' must have 1 number, but has 2.",
                "\"linear\"|\"lineer\"|'workspace.lineer' is no operator; there are layer_norm, linear. Did you mean 'linear'?",
                "\"links\": [|\"links\": [ 3, |'links' must be an array of objects, not [3, an object].",
                "\"machine\": \"lab\",||'machine' is missing.",
                "\"schema\": 1|\"schema\": 7|'schema' is 7, but this version reads 1."
            })
    void saysWhatIsWrongAndWhere(String right, String wrong, String problem) {
        assertTrue(WHOLE.contains(right), right);
        String text = WHOLE.replace(right, wrong == null ? "" : wrong);
        assertTrue(read("lab", text).isEmpty());
        assertEquals(1, found().size(), () -> found().toString());
        String message = found().get(0);
        assertTrue(message.matches("Device profile lab, line \\d+, column \\d+: .*"), message);
        assertEquals(problem, message.substring(message.indexOf(": ") + 2));
    }
}
