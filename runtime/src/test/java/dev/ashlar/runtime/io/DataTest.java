package dev.ashlar.runtime.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.Seed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DataTest {
    @TempDir
    Path directory;

    private Path csv(String text) throws IOException {
        return Files.writeString(directory.resolve("table.csv"), text);
    }

    private static String refusal(org.junit.jupiter.api.function.Executable reading) {
        return assertThrows(AshlarException.class, reading).getMessage();
    }

    @Test
    void bytesAboveAsciiAreNotNegative() {
        assertEquals(0xc3, ByteText.of("é").at(0));
    }

    @Test
    void theEndOfATextIsHeldOut() {
        ByteText.Split split = ByteText.of("0123456789").split(0.2);
        assertEquals(8, split.train().size());
        assertEquals('8', split.heldOut().at(0));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, -1, Double.NaN})
    void nothingOrAllCannotBeHeldOut(double part) {
        assertThrows(AshlarException.class, () -> ByteText.of("text").split(part));
    }

    @Test
    void textFilesThatCannotBeReadAreNamed() throws IOException {
        assertTrue(refusal(() -> ByteText.read(directory)).contains("is a directory"));
        assertTrue(refusal(() -> ByteText.read(directory.resolve("no.txt"))).contains("there is no file"));
        Path empty = Files.createFile(directory.resolve("empty.txt"));
        assertTrue(refusal(() -> ByteText.read(empty)).contains("is empty"));
    }

    @Test
    void aTableOfClasses() throws IOException {
        CsvTable table =
                CsvTable.classes(csv("\uFEFFlength,kind,\"width, cm\"\r\n1.5, b ,2\r\n\r\n-3e1,a,\"4\"\r\n"), "kind");
        assertEquals(List.of("length", "width, cm"), table.features());
        assertEquals(List.of("a", "b"), table.classes());
        assertEquals(1, table.label(0));
        float[] row = new float[3];
        table.copyRow(1, row, 1);
        assertEquals(-30, row[1]);
        assertEquals(4, row[2]);
    }

    @Test
    void aTableOfValues() throws IOException {
        CsvTable table = CsvTable.values(csv("x,y\n1,10\n2,20\n"), "y");
        assertEquals(20, table.value(1));
        assertTrue(table.classes().isEmpty());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    ''                    | is empty
                    x,kind                | no data
                    x,kindd\\n1,a         | did you mean 'kindd'?
                    x,x,kind\\n1,2,a      | names a column twice
                    x,kind\\n1,a\\n1      | line 3: it has 1 cells
                    x,kind\\n1,a\\n1,a,b  | line 3: it has 3 cells
                    x,kind\\n1,a\\noops,b | line 3, column 'x': 'oops' is not a number
                    x,kind\\n1,a\\n,b     | line 3, column 'x': '' is not a number
                    x,kind\\nNaN,a        | line 2, column 'x': 'NaN' is not finite
                    x,kind\\n1e99,a       | line 2, column 'x': '1e99' is not finite
                    x,kind\\n1,a\\n2,     | line 3, column 'kind': it is empty
                    x,kind\\n"1,a         | cannot be read
                    """)
    void aBadTableIsRefusedWithLineAndColumn(String text, String reason) throws IOException {
        Path file = csv(text.replace("\\n", "\n"));
        String refusal = refusal(() -> CsvTable.classes(file, "kind"));
        assertTrue(refusal.contains(reason) && refusal.startsWith(file.toString()), refusal);
    }

    @Test
    void aTableThatIsNotUtf8IsRefused() throws IOException {
        Path file = directory.resolve("latin1.csv");
        Files.write(file, "x,kind\n1,é\n".getBytes(StandardCharsets.ISO_8859_1));
        assertTrue(refusal(() -> CsvTable.classes(file, "kind")).contains("not UTF-8"));
    }

    @Test
    void aSplitIsSeededAndLosesNoRow() throws IOException {
        StringBuilder text = new StringBuilder("x,y\n");
        for (int i = 0; i < 10; i++) {
            text.append(i).append(",").append(i).append("\n");
        }
        CsvTable table = CsvTable.values(csv(text.toString()), "y");
        CsvTable.Split split = table.split(0.3, Seed.of(7));
        assertEquals(3, split.heldOut().rows());
        TreeSet<Float> seen = new TreeSet<>();
        for (int i = 0; i < 7; i++) {
            seen.add(split.train().value(i));
            assertEquals(
                    split.train().value(i), table.split(0.3, Seed.of(7)).train().value(i));
        }
        for (int i = 0; i < 3; i++) {
            seen.add(split.heldOut().value(i));
        }
        assertEquals(10, seen.size());
    }

    @Test
    void scaledFeaturesHaveMeanZeroAndDeviationOne() throws IOException {
        CsvTable table = CsvTable.values(csv("x,constant,y\n1,5,0\n3,5,0\n"), "y");
        CsvTable scaled = table.scaled(table.scaling());
        float[] row = new float[2];
        scaled.copyRow(0, row, 0);
        assertEquals(-1, row[0]);
        assertEquals(0, row[1]);
    }
}
