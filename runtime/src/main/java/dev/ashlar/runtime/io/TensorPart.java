package dev.ashlar.runtime.io;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a file has of a tensor.
 *
 * @param entry the part
 * @param origin where it begins along each dimension of the whole
 * @param whole shape of the whole
 */
public record TensorPart(Safetensors.Entry entry, List<Long> origin, List<Long> whole) {
    private static final String KEY = "ashlar.part.";

    public TensorPart {
        origin = List.copyOf(origin);
        whole = List.copyOf(whole);
    }

    /** Where a part lies. */
    record Place(List<Long> origin, List<Long> whole) {}

    /** A tensor of which nothing is missing. */
    public static TensorPart whole(Safetensors.Entry entry) {
        return new TensorPart(entry, entry.shape().stream().map(size -> 0L).toList(), entry.shape());
    }

    boolean isWhole() {
        return whole.equals(entry.shape());
    }

    static String key(String name) {
        return KEY + name;
    }

    /** {@code "0,4 of 8,8"}. */
    String place() {
        return text(origin) + " of " + text(whole);
    }

    private static String text(List<Long> numbers) {
        return numbers.stream().map(Object::toString).collect(Collectors.joining(","));
    }

    /** Reads what {@link #place} writes; empty if it is nothing of the kind, or does not fit the part's shape. */
    static Optional<Place> parse(String text, List<Long> shape) {
        if (!text.matches("\\d{1,18}(,\\d{1,18})* of \\d{1,18}(,\\d{1,18})*")) {
            return Optional.empty();
        }
        String[] halves = text.split(" of ");
        Place place = new Place(numbers(halves[0]), numbers(halves[1]));
        if (place.origin().size() != shape.size() || place.whole().size() != shape.size()) {
            return Optional.empty();
        }
        for (int d = 0; d < shape.size(); d++) {
            if (place.origin().get(d) > place.whole().get(d) - shape.get(d)) {
                return Optional.empty();
            }
        }
        return Optional.of(place);
    }

    private static List<Long> numbers(String text) {
        return Arrays.stream(text.split(",")).map(Long::valueOf).toList();
    }
}
