package dev.ashlar.runtime.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.AshlarException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RanksTest {
    @Test
    void withoutVariablesThereIsOneRank() {
        Ranks ranks = Ranks.from(Map.of());
        assertEquals(0, ranks.rank());
        assertEquals(1, ranks.worldSize());
    }

    @Test
    void torchrunsVariablesOfOneRankAreTaken() {
        assertEquals(1, Ranks.from(Map.of("RANK", "0", "WORLD_SIZE", "1")).worldSize());
    }

    @ParameterizedTest
    @CsvSource({
        "0, 2, without MASTER_ADDR and MASTER_PORT",
        "1, 1, do not fit together",
        "-1, 1, do not fit",
        "0, 0, do not fit",
        "0, two, not a whole number"
    })
    void whatCannotRunIsRefused(String rank, String worldSize, String reason) {
        String refusal = assertThrows(
                        AshlarException.class, () -> Ranks.from(Map.of("RANK", rank, "WORLD_SIZE", worldSize)))
                .getMessage();
        assertTrue(refusal.contains(reason), refusal);
    }
}
