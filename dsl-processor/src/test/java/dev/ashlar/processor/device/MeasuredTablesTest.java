package dev.ashlar.processor.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class MeasuredTablesTest {
    private static final List<Long> SIZES = List.of(64L, 256L, 1024L);

    @Test
    void timesAreThoseMeasuredAndBetweenThemLinear() {
        MeasuredTimes times = new MeasuredTimes(List.of(100L, 10_000L), List.of(2.0, 8.0));
        assertEquals(2, times.seconds(100));
        assertEquals(8, times.seconds(10_000));
        assertEquals(2 + 6.0 * 900 / 9_900, times.seconds(1_000), 1e-12);
        assertEquals(2, times.seconds(0));
        assertEquals(24, times.seconds(30_000));
    }

    @Test
    void timesNeverFall() {
        Random random = new Random(1);
        for (int run = 0; run < 50; run++) {
            SortedMap<Long, Double> measured = new TreeMap<>();
            for (int i = 0; i < 6; i++) {
                measured.put(1L + random.nextInt(5_000), 1e-6 * (1 + random.nextInt(1_000)));
            }
            MeasuredTimes times = new MeasuredTimes(List.copyOf(measured.keySet()), List.copyOf(measured.values()));
            for (long size = 1; size < 6_000; size++) {
                assertTrue(times.seconds(size) >= times.seconds(size - 1), "from " + (size - 1) + " of " + measured);
            }
        }
    }

    @Test
    void tablesOfTimesAreChecked() {
        assertThrows(IllegalArgumentException.class, () -> new MeasuredTimes(List.of(), List.of()));
        assertThrows(IllegalArgumentException.class, () -> new MeasuredTimes(List.of(2L, 2L), List.of(1.0, 1.0)));
        assertThrows(IllegalArgumentException.class, () -> new MeasuredTimes(List.of(2L), List.of(0.0)));
        assertThrows(IllegalArgumentException.class, () -> new MeasuredTimes(List.of(2L), List.of(1.0, 1.0)));
    }

    @Test
    void productsTakeWhatWasMeasured() {
        ProductTable table =
                new ProductTable(List.of(64L, 128L), List.of(64L), List.of(64L, 256L), List.of(1e9, 2e9, 3e9, 4e9));
        assertEquals(2.0 * 64 * 64 * 64 / 1e9, table.seconds(64, 64, 64), 1e-15);
        assertEquals(2.0 * 64 * 64 * 256 / 2e9, table.seconds(64, 64, 256), 1e-15);
        assertEquals(2.0 * 128 * 64 * 256 / 4e9, table.seconds(128, 64, 256), 1e-15);
        // half way between 64 and 256 on a logarithmic scale: the geometric mean
        double mean = Math.sqrt(table.seconds(64, 64, 64) * table.seconds(64, 64, 256));
        assertEquals(mean, table.seconds(64, 64, 128), 1e-15);
        assertEquals(6 * table.seconds(128, 64, 256), table.seconds(256, 192, 256), 1e-12);
        assertEquals(table.seconds(64, 64, 64), table.seconds(1, 2, 3), 1e-18);
    }

    @Test
    void aLargerProductIsNeverFaster() {
        Random random = new Random(2);
        for (int run = 0; run < 20; run++) {
            List<Double> rates = DoubleStream.generate(() -> 1e9 * (1 + 20 * random.nextDouble()))
                    .limit(27)
                    .boxed()
                    .toList();
            ProductTable table = new ProductTable(SIZES, SIZES, SIZES, rates);
            for (int i = 0; i < 500; i++) {
                long[] small = {size(random), size(random), size(random)};
                long[] large = small.clone();
                large[random.nextInt(3)] += random.nextInt(200);
                double less = table.seconds(small[0], small[1], small[2]);
                double more = table.seconds(large[0], large[1], large[2]);
                assertTrue(more >= less * (1 - 1e-12), () -> List.of(less, more) + " with " + rates);
            }
        }
    }

    private static long size(Random random) {
        return 1 + random.nextInt(2_000);
    }

    /** Wave quantisation: a product one row over a full wave takes two waves, if both sizes were measured. */
    @Test
    void stepsBetweenNeighbouringSizesStay() {
        double wave = 1e-5;
        List<Double> rates = new ArrayList<>();
        for (long m : new long[] {128, 129, 256}) {
            rates.add(2.0 * m * 128 * 128 / (m == 128 ? wave : 2 * wave));
        }
        ProductTable table = new ProductTable(List.of(128L, 129L, 256L), List.of(128L), List.of(128L), rates);
        assertEquals(wave, table.seconds(128, 128, 128), 1e-12);
        assertEquals(2 * wave, table.seconds(129, 128, 128), 1e-12);
        assertEquals(2 * wave, table.seconds(200, 128, 128), 1e-12);
    }

    @Test
    void linksTakeTheTableOfTheNearestGroup() {
        SortedMap<Integer, MeasuredTimes> bySize = new TreeMap<>();
        bySize.put(2, new MeasuredTimes(List.of(1_000L), List.of(1.0)));
        bySize.put(8, new MeasuredTimes(List.of(1_000L), List.of(3.0)));
        Map<Collective, SortedMap<Integer, MeasuredTimes>> tables = new EnumMap<>(Collective.class);
        tables.put(Collective.ALL_REDUCE, bySize);
        Link link = new Link("lab", 0.5, 1_000, tables);
        assertEquals(1, link.seconds(Collective.ALL_REDUCE, 2, 1_000));
        assertEquals(1, link.seconds(Collective.ALL_REDUCE, 3, 1_000));
        assertEquals(1, link.seconds(Collective.ALL_REDUCE, 4, 1_000), "2 and 8 are as near");
        assertEquals(3, link.seconds(Collective.ALL_REDUCE, 5, 1_000));
        assertEquals(6, link.seconds(Collective.ALL_REDUCE, 64, 2_000));
        assertEquals(2.5, link.seconds(Collective.ALL_GATHER, 2, 2_000), "alpha and beta");
    }

    @Test
    void devicesSendAroundARing() {
        assertEquals(750, Collective.ALL_GATHER.wireBytes(4, 1_000));
        assertEquals(1_500, Collective.ALL_REDUCE.wireBytes(4, 1_000));
        assertEquals(667, Collective.REDUCE_SCATTER.wireBytes(3, 1_000));
        assertEquals(0, Collective.ALL_TO_ALL.wireBytes(1, 1_000));
    }
}
