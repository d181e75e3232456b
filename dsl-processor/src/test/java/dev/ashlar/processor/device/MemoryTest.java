package dev.ashlar.processor.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.ModelException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryTest {
    private static final ModelSpecs.At AT = new ModelSpecs.At("here");

    @ParameterizedTest
    @CsvSource({
        "20GiB, 21474836480",
        "' 800 MB ', 800000000",
        "1.5 TiB, 1649267441664",
        "7B, 7",
        "1KB, 1000",
        "1KiB, 1024",
        "0.5kib, 512",
        ".5KiB, 512",
        "2TB, 2000000000000",
        "1.0009765625MiB, 1049600",
        "8388607TiB, 9223370937343148032"
    })
    void readsAmounts(String text, long bytes) {
        assertEquals(bytes, Memory.parse(text, AT));
    }

    @ParameterizedTest
    @CsvSource({
        "'', 0, does not begin with a number",
        "GiB, 0, does not begin with a number",
        "-1GiB, 0, does not begin with a number",
        "20, 2, has no unit",
        "20 GiBs, 3, has the unknown unit 'GiBs'",
        "20 Gi B, 3, has the unknown unit 'Gi B'",
        "1.2.3GB, 3, has no proper number",
        "'1,5GB', 1, 'has the unknown unit '',5GB'''",
        "0GiB, 0, is less than one byte",
        "0.5B, 0, is less than one byte",
        "8388608TiB, 0, is more than fits a number"
    })
    void pointsAtWhatIsWrong(String text, int caret, String problem) {
        ModelException error = assertThrows(ModelException.class, () -> Memory.parse(text, AT));
        assertEquals(Code.BAD_MEMORY, error.code());
        assertEquals(AT, error.source());
        assertEquals(
                "The memory \"" + text + "\" " + problem
                        + ". Write a number and a unit (B, KB, MB, GB, TB, KiB, MiB, GiB, TiB), such as \"20GiB\","
                        + " \"800 MB\" or \"1.5 TiB\".\n    " + text + "\n    " + " ".repeat(caret) + "^",
                error.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1.0 KiB",
        "1048575, 1024.0 KiB",
        "8053063680, 7.5 GiB",
        "9223372036854775807, 8.0 EiB"
    })
    void writesAmounts(long bytes, String text) {
        assertEquals(text, Memory.text(bytes));
    }

    @Test
    void everyDeviceIsFound() {
        DeviceCatalogue catalogue = DeviceCatalogue.standard();
        for (String name :
                new String[] {"cpu", "a100-40", "a100-80", "h100-sxm", "h200-sxm", "b200", "l4", "rtx4090"}) {
            Device device = catalogue.device(name, AT);
            assertEquals(name, device.name());
            assertEquals(device.link(), catalogue.link(device.link().name(), AT));
            assertEquals(name.equals("cpu"), device.cpu());
        }
    }

    @Test
    void unknownDevice() {
        ModelException error = assertThrows(
                ModelException.class, () -> DeviceCatalogue.standard().device("h200-smx", AT));
        assertEquals(Code.UNKNOWN_DEVICE, error.code());
        assertEquals(
                "There is no device 'h200-smx'. Did you mean 'h200-sxm'? Known are a100-40, a100-80, b200, cpu, h100-sxm,"
                        + " h200-sxm, l4, rtx4090.",
                error.getMessage());
    }
}
