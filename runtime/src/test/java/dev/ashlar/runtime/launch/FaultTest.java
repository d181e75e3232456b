package dev.ashlar.runtime.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.io.Checkpoint;
import dev.ashlar.runtime.io.TensorFiles;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever happens to a rank, all end in bounded time, each with one message that names it, and no complete checkpoint is lost. */
class FaultTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource(Fault.class)
    @Timeout(60)
    void everyRankEnds(Fault fault) throws Exception {
        FaultTable.Row row = FaultTable.run(fault, directory);
        System.out.println(row);
        assertEquals(fault.code(), row.code(), row.all().toString());
        assertTrue(row.other().contains(fault.message()), row.all().toString());
        assertTrue(row.all().stream()
                        .filter(line -> line.startsWith("[rank 0] error: "))
                        .count()
                <= 1);
        assertTrue(
                row.all().stream().noneMatch(line -> line.contains("SIG") || line.contains("hs_err")), row.toString());
        if (row.all().stream().anyMatch(line -> line.startsWith("[rank 0] loss")) && fault != Fault.THROWS_OUTSIDE) {
            Path first = directory.resolve("step-1");
            try (TensorFiles files = TensorFiles.open(Checkpoint.models(first, Checkpoint.read(first)))) {
                assertEquals(8 * 4096, files.read("w").size());
            }
        }
    }
}
