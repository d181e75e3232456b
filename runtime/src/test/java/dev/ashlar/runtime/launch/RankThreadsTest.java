package dev.ashlar.runtime.launch;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ashlar.runtime.dist.Mesh;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RankThreadsTest {
    private static final Path THREADS = Path.of("/proc/self/task");
    private static final int TIMES = 8;

    /** Each connected mesh has threads of the libraries, which the Java virtual machine does not know. */
    @Test
    void nothingOfAClosedMeshRunsOn() throws Exception {
        assumeTrue(Files.isDirectory(THREADS), "the system does not tell a process its threads");
        connect();
        long before = threads();
        for (int i = 0; i < TIMES; i++) {
            connect();
        }
        long after = threads();
        assertTrue(after - before < TIMES, "from " + before + " to " + after + " threads");
    }

    private static void connect() throws Exception {
        RankThreads.run(2, ranks -> {
            try (Mesh mesh = ranks.mesh(List.of(2))) {
                return mesh.rank();
            }
        });
    }

    private static long threads() throws IOException {
        try (Stream<Path> all = Files.list(THREADS)) {
            return all.count();
        }
    }
}
