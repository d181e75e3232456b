package dev.ashlar.processor.device;

import java.time.LocalDate;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where and when a profile was measured.
 *
 * @param machine its name
 * @param date of the measurement
 * @param libraries versions by name
 */
public record Origin(String machine, LocalDate date, SortedMap<String, String> libraries) {
    /** Copies the versions. */
    public Origin {
        libraries = Collections.unmodifiableSortedMap(new TreeMap<>(libraries));
    }
}
