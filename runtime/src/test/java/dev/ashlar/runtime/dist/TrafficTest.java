package dev.ashlar.runtime.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class TrafficTest {
    private static final Traffic.Place FIRST = new Traffic.Place("first", 0, CollectiveKind.ALL_REDUCE);
    private static final Traffic.Place SECOND = new Traffic.Place("second", 1, CollectiveKind.ALL_GATHER);

    @Test
    void aRecordedStepCountsEachTimeItIsRepeated() {
        Traffic traffic = new Traffic();
        traffic.add(FIRST, 8);
        Map<Traffic.Place, Traffic.Amount> sent = traffic.during(() -> {
            traffic.add(FIRST, 8);
            traffic.add(SECOND, 2);
            traffic.add(SECOND, 2);
        });
        assertEquals(Map.of(FIRST, new Traffic.Amount(1, 8), SECOND, new Traffic.Amount(2, 4)), sent);
        traffic.again(sent);
        assertEquals(Map.of(FIRST, new Traffic.Amount(3, 24), SECOND, new Traffic.Amount(4, 8)), traffic.amounts());
    }

    @Test
    void whatWasSentBeforeIsNotPartOfIt() {
        Traffic traffic = new Traffic();
        traffic.add(FIRST, 8);
        assertEquals(Map.of(), traffic.during(() -> {}));
    }
}
