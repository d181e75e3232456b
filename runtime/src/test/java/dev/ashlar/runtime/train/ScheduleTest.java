package dev.ashlar.runtime.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.AshlarException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduleTest {
    @Test
    void risesThenFallsToTheFloorAndStays() {
        Schedule schedule = Schedule.warmupCosine(1, 10, 110, 0.2);
        assertEquals(0.1, schedule.at(0), 1e-12);
        assertEquals(1, schedule.at(9), 1e-12);
        assertEquals(1, schedule.at(10), 1e-12);
        assertEquals(0.6, schedule.at(60), 1e-12);
        assertEquals(0.2, schedule.at(110), 1e-12);
        assertEquals(0.2, schedule.at(1_000_000), 1e-12);
        for (long step = 10; step < 110; step++) {
            assertTrue(schedule.at(step + 1) < schedule.at(step), "step " + step);
        }
    }

    @Test
    void withoutWarmUpTheFirstStepIsThePeak() {
        assertEquals(1, Schedule.warmupCosine(1, 0, 10, 0).at(0));
    }

    @ParameterizedTest
    @CsvSource({
        "NaN, 0, 10, 0",
        "-1, 0, 10, 0",
        "1, 11, 10, 0",
        "1, -1, 10, 0",
        "1, 0, 0, 0",
        "1, 0, 10, 2",
        "Infinity, 0, 10, 0"
    })
    void nonsenseIsRefused(double peak, long warmup, long total, double floor) {
        assertThrows(AshlarException.class, () -> Schedule.warmupCosine(peak, warmup, total, floor));
    }

    @Test
    void aConstantIsConstant() {
        assertEquals(0.5, Schedule.constant(0.5).at(123));
        assertThrows(AshlarException.class, () -> Schedule.constant(Double.NaN));
    }
}
