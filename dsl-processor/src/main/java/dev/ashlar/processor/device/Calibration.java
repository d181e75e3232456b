package dev.ashlar.processor.device;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was measured of a device beside its rates. What was not is 0 or left out.
 *
 * @param libraryBytes of the allocator's memory that libraries keep as long as the process lives
 * @param groupBytes what a group of devices that exchange tensors takes on each of them, by its size
 * @param hostSeconds time of the host to call one kernel
 * @param exchangeBytes the part of it that only groups with an all-to-all take, by size
 * @param kappa seconds that computation loses to each second of a collective beside it, by kind
 * @param updateShare of the rate of reading and writing memory that the optimizer's update reaches, above 0 and at most 1
 * @param products times of matrix products, by number format
 * @param workspaces memory beside results, by kind of operator
 * @param shares of the roofline that are reached, by kind of operator
 * @param origin where it was measured; empty for datasheets
 */
public record Calibration(
        long libraryBytes,
        SortedMap<Integer, Long> groupBytes,
        SortedMap<Integer, Long> exchangeBytes,
        double hostSeconds,
        Map<Collective, Double> kappa,
        double updateShare,
        Map<NumberFormat, ProductTable> products,
        SortedMap<String, Workspace> workspaces,
        SortedMap<String, ShareTable> shares,
        Optional<Origin> origin) {
    /** Nothing was measured. */
    public static final Calibration NONE = slowedBy(0);

    /** Nothing was measured, but communication slows computation by so much. */
    static Calibration slowedBy(double kappa) {
        return new Calibration(
                0,
                new TreeMap<>(),
                new TreeMap<>(),
                0,
                all(kappa),
                1,
                Map.of(),
                new TreeMap<>(),
                new TreeMap<>(),
                Optional.empty());
    }

    /** The same for all kinds of collectives. */
    static Map<Collective, Double> all(double kappa) {
        EnumMap<Collective, Double> all = new EnumMap<>(Collective.class);
        for (Collective kind : Collective.values()) {
            all.put(kind, kappa);
        }
        return all;
    }

    /** Validates the figures and copies the tables. */
    public Calibration {
        if (libraryBytes < 0
                || groupBytes.values().stream().anyMatch(b -> b < 0)
                || exchangeBytes.values().stream().anyMatch(b -> b < 0)
                || !(hostSeconds >= 0)
                || !kappa.values().stream().allMatch(k -> k >= 0)
                || !(updateShare > 0 && updateShare <= 1)) {
            throw new IllegalArgumentException("a calibration has no negative figures, and shares up to 1");
        }
        EnumMap<NumberFormat, ProductTable> tables = new EnumMap<>(NumberFormat.class);
        tables.putAll(products);
        products = Collections.unmodifiableMap(tables);
        workspaces = Collections.unmodifiableSortedMap(new TreeMap<>(workspaces));
        groupBytes = Collections.unmodifiableSortedMap(new TreeMap<>(groupBytes));
        exchangeBytes = Collections.unmodifiableSortedMap(new TreeMap<>(exchangeBytes));
        kappa = Collections.unmodifiableMap(new EnumMap<>(kappa.isEmpty() ? all(0) : kappa));
        shares = Collections.unmodifiableSortedMap(new TreeMap<>(shares));
    }

    /** What a group of so many devices takes on each: as the next larger that was measured, or the largest; 0 if none was. */
    public long groupBytes(int size) {
        return at(groupBytes, size);
    }

    /** What such a group does not take if it never exchanges all to all. */
    public long exchangeBytes(int size) {
        return at(exchangeBytes, size);
    }

    private static long at(SortedMap<Integer, Long> bySize, int size) {
        if (bySize.isEmpty()) {
            return 0;
        }
        SortedMap<Integer, Long> larger = bySize.tailMap(size);
        return bySize.getOrDefault(larger.isEmpty() ? bySize.lastKey() : larger.firstKey(), 0L);
    }

    /** Seconds that computation loses to each second of a collective beside it. */
    public double kappa(Collective kind) {
        return kappa.getOrDefault(kind, 0.0);
    }

    /**
     * The share that a kind of operator reaches; the whole where it was not measured.
     *
     * @param sizes of the operator that its rate depends on
     */
    public Share share(String kind, List<Long> sizes) {
        return shares.getOrDefault(kind, ShareTable.WHOLE).at(sizes);
    }

    /** Times of matrix products in a number format, where they were measured. */
    public Optional<ProductTable> products(NumberFormat format) {
        return Optional.ofNullable(products.get(format));
    }
}
