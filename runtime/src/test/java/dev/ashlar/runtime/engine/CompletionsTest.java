package dev.ashlar.runtime.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ashlar.runtime.Seed;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CompletionsTest {
    private static final long QUARTER = 16L << 20;

    private final List<String> started = new ArrayList<>();
    private final Completions completions = new Completions();

    private final class Weight implements Completions.Incomplete {
        private final String name;
        private final int place;
        private final long bytes;
        private boolean behind = true;

        Weight(String name, int place, long bytes) {
            this.name = name;
            this.place = place;
            this.bytes = bytes;
        }

        @Override
        public boolean isBehind() {
            return behind;
        }

        @Override
        public int place() {
            return place;
        }

        @Override
        public long bytes() {
            return bytes;
        }

        @Override
        public void complete(Collectives by) {
            behind = false;
            started.add(name);
        }

        /** As a parameter is read. */
        void use() {
            completions.require(this);
            completions.arrived(this);
        }
    }

    private void begin(Weight... weights) {
        try (Engine engine = Engine.open(DeviceKind.CPU, Precision.FP32, Seed.of(1), false)) {
            completions.begin(engine.collectives(), List.of(weights));
        }
    }

    private Weight[] row(int count) {
        Weight[] row = new Weight[count];
        for (int i = 0; i < count; i++) {
            row[i] = new Weight("w" + i, i, QUARTER);
        }
        return row;
    }

    @Test
    void theyComeInTheOrderOfUse() {
        begin(new Weight("c", 2, QUARTER), new Weight("a", 0, QUARTER), new Weight("b", 1, QUARTER));
        assertEquals(List.of("a", "b", "c"), started);
    }

    @Test
    void aFewAreUnderWayAtOnceAndTheNextWhenOneIsUsed() {
        Weight[] row = row(6);
        begin(row);
        assertEquals(List.of("w0", "w1", "w2", "w3"), started);
        row[0].use();
        assertEquals(List.of("w0", "w1", "w2", "w3", "w4"), started);
        row[0].use(); // again, in backward
        assertEquals(5, started.size());
    }

    @Test
    void aLargeOneIsStartedAsSoonAsThereIsRoomForAny() {
        begin(new Weight("large", 0, 100 * QUARTER), new Weight("next", 1, QUARTER));
        assertEquals(List.of("large"), started);
    }

    @Test
    void whatIsUsedOutOfTurnBringsAllBeforeIt() {
        Weight[] row = row(8);
        begin(row);
        row[6].use();
        assertEquals(List.of("w0", "w1", "w2", "w3", "w4", "w5", "w6"), started);
    }

    @Test
    void whatAPassLeavesIsStartedByTheNext() {
        Weight[] row = row(6);
        begin(row);
        started.clear();
        begin(row);
        assertEquals(List.of("w4", "w5"), started);
    }

    @Test
    void whatIsThereDoesNotCome() {
        Weight there = new Weight("there", 0, QUARTER);
        there.behind = false;
        begin(there);
        there.use();
        assertEquals(List.of(), started);
    }
}
