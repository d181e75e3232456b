package dev.ashlar.runtime.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.dist.Mesh;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** Ranks of different builds do not train together. */
class AgreementTest {
    private static int open(Ranks ranks, String hash) {
        ranks.requireAgreement("the plan P", hash);
        try (Mesh mesh = ranks.mesh(List.of(ranks.worldSize()))) {
            return mesh.size(0);
        }
    }

    @Test
    void equalPlansPass() throws Exception {
        assertEquals(List.of(2, 2), RankThreads.run(2, ranks -> open(ranks, "a") == open(ranks, "b") ? 2 : 0));
    }

    @Test
    void anotherPlanIsNamed() {
        String refusal = assertThrows(
                        ExecutionException.class,
                        () -> RankThreads.run(2, ranks -> open(ranks, ranks.rank() == 0 ? "a" : "b")))
                .getCause()
                .getMessage();
        assertTrue(refusal.startsWith("the plan P is b on rank 1 but a on rank 0"), refusal);
    }
}
