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
 * @param kappa seconds that computation loses to each second of communication beside it
 * @param updateShare of the rate of reading and writing memory that the optimizer's update reaches, above 0 and at most 1
 * @param products times of matrix products, by number format
 * @param workspaces memory beside results, by kind of operator
 * @param shares of the roofline that are reached, by kind of operator
 * @param origin where it was measured; empty for datasheets
 */
public record Calibration(
        long libraryBytes,
        SortedMap<Integer, Long> groupBytes,
        double hostSeconds,
        double kappa,
        double updateShare,
        Map<NumberFormat, ProductTable> products,
        SortedMap<String, Workspace> workspaces,
        SortedMap<String, ShareTable> shares,
        Optional<Origin> origin) {
    /** Nothing was measured. */
    public static final Calibration NONE =
            new Calibration(0, new TreeMap<>(), 0, 0, 1, Map.of(), new TreeMap<>(), new TreeMap<>(), Optional.empty());

    /** Nothing was measured, but communication slows computation by so much. */
    static Calibration slowedBy(double kappa) {
        return new Calibration(
                0, new TreeMap<>(), 0, kappa, 1, Map.of(), new TreeMap<>(), new TreeMap<>(), Optional.empty());
    }

    /** Validates the figures and copies the tables. */
    public Calibration {
        if (libraryBytes < 0
                || groupBytes.values().stream().anyMatch(b -> b < 0)
                || !(hostSeconds >= 0)
                || !(kappa >= 0)
                || !(updateShare > 0 && updateShare <= 1)) {
            throw new IllegalArgumentException("a calibration has no negative figures, and shares up to 1");
        }
        EnumMap<NumberFormat, ProductTable> tables = new EnumMap<>(NumberFormat.class);
        tables.putAll(products);
        products = Collections.unmodifiableMap(tables);
        workspaces = Collections.unmodifiableSortedMap(new TreeMap<>(workspaces));
        groupBytes = Collections.unmodifiableSortedMap(new TreeMap<>(groupBytes));
        shares = Collections.unmodifiableSortedMap(new TreeMap<>(shares));
    }

    /** What a group of so many devices takes on each: as the next larger that was measured, or the largest; 0 if none was. */
    public long groupBytes(int size) {
        if (groupBytes.isEmpty()) {
            return 0;
        }
        SortedMap<Integer, Long> larger = groupBytes.tailMap(size);
        return groupBytes.getOrDefault(larger.isEmpty() ? groupBytes.lastKey() : larger.firstKey(), 0L);
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
