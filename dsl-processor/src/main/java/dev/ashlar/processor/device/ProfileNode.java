package dev.ashlar.processor.device;

import dev.ashlar.processor.diagnostic.Suggestions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/**
 * An object of a profile: its fields by name and type. What is wrong goes to {@code problems}, and the field is then empty, so that one
 * reading finds all mistakes.
 */
final class ProfileNode {
    /** Limits keep arithmetic with sizes inside a long: 16 TiB, and as many elements. */
    private static final long LARGEST_SIZE = 1L << 44;

    private final String path;
    private final Json.Fields json;
    private final List<String> problems;
    private final TreeSet<String> asked = new TreeSet<>();

    private ProfileNode(String path, Json.Fields json, List<String> problems) {
        this.path = path;
        this.json = json;
        this.problems = problems;
    }

    /** The whole profile; empty if it is no object. */
    static Optional<ProfileNode> root(Json json, List<String> problems) {
        if (json instanceof Json.Fields fields) {
            return Optional.of(new ProfileNode("", fields, problems));
        }
        problems.add(json.at() + ": a profile is a JSON object, not " + json.what() + ".");
        return Optional.empty();
    }

    /** Reports what is wrong with a field that is there. */
    void wrong(String name, String problem) {
        Json value = json.fields().getOrDefault(name, json);
        problems.add(value.at() + ": '" + path + name + "' " + problem);
    }

    private Optional<Json> field(String name, boolean required) {
        asked.add(name);
        Json value = json.fields().get(name);
        if (value == null && required) {
            problems.add(json.at() + ": '" + path + name + "' is missing.");
        }
        return Optional.ofNullable(value);
    }

    private Optional<Json> typed(String name, boolean required, Predicate<Json> type, String expected) {
        Optional<Json> value = field(name, required);
        if (value.isPresent() && !type.test(value.get())) {
            wrong(name, "must be " + expected + ", not " + value.get().what() + ".");
            return Optional.empty();
        }
        return value;
    }

    boolean has(String name) {
        return json.fields().containsKey(name);
    }

    boolean isArray(String name) {
        return json.fields().get(name) instanceof Json.Items;
    }

    boolean isObject(String name) {
        return json.fields().get(name) instanceof Json.Fields;
    }

    Optional<String> text(String name) {
        return typed(name, true, v -> v instanceof Json.Text t && !t.text().isBlank(), "a text")
                .map(v -> ((Json.Text) v).text());
    }

    /** One of some words. */
    Optional<String> word(String name, Collection<String> words) {
        Optional<String> text = text(name);
        if (text.isPresent() && !words.contains(text.get())) {
            wrong(name, "is '" + text.get() + "', but must be one of " + String.join(", ", words) + ".");
            return Optional.empty();
        }
        return text;
    }

    /** A whole number within bounds. */
    Optional<Long> whole(String name, long least, long most) {
        return typed(name, true, v -> isWhole(v, least, most), "a whole number from " + least + " to " + most)
                .map(ProfileNode::wholeOf);
    }

    /** Bytes. */
    Optional<Long> bytes(String name, long least) {
        return whole(name, least, LARGEST_SIZE);
    }

    /** A number of more than 0. */
    Optional<Double> rate(String name) {
        return typed(name, true, ProfileNode::isRate, "a number of more than 0").map(ProfileNode::numberOf);
    }

    /** A number of at least 0. */
    Optional<Double> amount(String name) {
        return typed(name, true, v -> isFinite(v) && numberOf(v) >= 0, "a number of at least 0")
                .map(ProfileNode::numberOf);
    }

    /** A size of at least 0, which is 0 where it is not written. */
    Optional<Long> bytesOrZero(String name) {
        asked.add(name);
        return has(name) ? bytes(name, 0) : Optional.of(0L);
    }

    /** A number of at least 0, which is 0 where it is not written. */
    Optional<Double> amountOrZero(String name) {
        asked.add(name);
        return has(name) ? amount(name) : Optional.of(0.0);
    }

    /** A number of more than 0 and at most 1, which is 1 where it is not written. */
    Optional<Double> shareOrWhole(String name) {
        asked.add(name);
        return has(name)
                ? typed(name, true, v -> isRate(v) && numberOf(v) <= 1, "a number of more than 0 and at most 1")
                        .map(ProfileNode::numberOf)
                : Optional.of(1.0);
    }

    /** Whole numbers that ascend from 1 or more; at least one. */
    Optional<List<Long>> ascending(String name) {
        Predicate<Json> all = v -> v instanceof Json.Items list
                && !list.items().isEmpty()
                && list.items().stream().allMatch(i -> isWhole(i, 1, LARGEST_SIZE));
        Optional<List<Long>> sizes = typed(name, true, all, "an array of whole numbers from 1 to " + LARGEST_SIZE)
                .map(v -> ((Json.Items) v)
                        .items().stream().map(ProfileNode::wholeOf).toList());
        if (sizes.isPresent() && !sizes.get().equals(List.copyOf(new TreeSet<>(sizes.get())))) {
            wrong(name, "must ascend.");
            return Optional.empty();
        }
        return sizes;
    }

    /** Numbers of more than 0, so many as given; any number of them if that is not known. */
    Optional<List<Double>> rates(String name, Optional<Long> count) {
        Predicate<Json> all =
                v -> v instanceof Json.Items list && list.items().stream().allMatch(ProfileNode::isRate);
        Optional<List<Double>> rates = typed(name, true, all, "an array of numbers of more than 0")
                .map(v -> ((Json.Items) v)
                        .items().stream().map(ProfileNode::numberOf).toList());
        if (rates.isPresent() && count.isPresent() && rates.get().size() != count.get()) {
            wrong(
                    name,
                    "must have " + count.get() + (count.get() == 1 ? " number" : " numbers") + ", but has "
                            + rates.get().size() + ".");
            return Optional.empty();
        }
        return rates;
    }

    /** An object that must be there. */
    Optional<ProfileNode> object(String name) {
        return typed(name, true, v -> v instanceof Json.Fields, "an object")
                .map(v -> new ProfileNode(path + name + ".", (Json.Fields) v, problems));
    }

    /** An object that may be left out. */
    Optional<ProfileNode> optionalObject(String name) {
        asked.add(name);
        return has(name) ? object(name) : Optional.empty();
    }

    /** Objects in an array that may be left out. */
    List<ProfileNode> objects(String name) {
        Predicate<Json> all =
                v -> v instanceof Json.Items list && list.items().stream().allMatch(i -> i instanceof Json.Fields);
        List<ProfileNode> nodes = new ArrayList<>();
        typed(name, false, all, "an array of objects").ifPresent(v -> {
            for (Json item : ((Json.Items) v).items()) {
                nodes.add(new ProfileNode(path + name + "[" + nodes.size() + "].", (Json.Fields) item, problems));
            }
        });
        return nodes;
    }

    /** What every field is, by its name; names must be known. */
    <T> Map<String, T> each(
            Collection<String> known, String what, BiFunction<ProfileNode, String, Optional<T>> reading) {
        Map<String, T> values = new TreeMap<>();
        for (String name : json.fields().keySet()) {
            asked.add(name);
            if (known.contains(name)) {
                reading.apply(this, name).ifPresent(value -> values.put(name, value));
            } else {
                wrong(
                        name,
                        "is no " + what + "; there are " + String.join(", ", known) + "."
                                + Suggestions.didYouMean(name, known));
            }
        }
        return values;
    }

    /** Texts of all fields, whatever their names. */
    Map<String, String> texts() {
        Map<String, String> texts = new TreeMap<>();
        json.fields().keySet().forEach(name -> text(name).ifPresent(text -> texts.put(name, text)));
        return texts;
    }

    /** Reports fields that nobody asked for. */
    void close() {
        for (Map.Entry<String, Json> entry : json.fields().entrySet()) {
            if (!asked.contains(entry.getKey())) {
                problems.add(
                        entry.getValue().at() + ": there is no field '" + path + entry.getKey() + "'; the fields are "
                                + String.join(", ", asked) + "." + Suggestions.didYouMean(entry.getKey(), asked));
            }
        }
    }

    private static boolean isWhole(Json value, long least, long most) {
        return value instanceof Json.Number number
                && number.whole()
                && wholeOf(number) >= least
                && wholeOf(number) <= most;
    }

    private static long wholeOf(Json value) {
        return Long.parseLong(((Json.Number) value).text());
    }

    private static boolean isFinite(Json value) {
        return value instanceof Json.Number && Double.isFinite(numberOf(value));
    }

    private static boolean isRate(Json value) {
        return isFinite(value) && numberOf(value) > 0;
    }

    private static double numberOf(Json value) {
        return Double.parseDouble(((Json.Number) value).text());
    }
}
