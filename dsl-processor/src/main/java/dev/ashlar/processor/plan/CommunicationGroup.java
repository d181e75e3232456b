package dev.ashlar.processor.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Collectives of the repetitions of a block, and of micro-batches, that are alike but for the repetition.
 *
 * @param first of them
 * @param name {@code "body[0..11].ln1 -> up"}; {@code "body[*].ln1 -> up"} if not one after the other
 * @param count how many
 */
public record CommunicationGroup(Communication first, String name, int count) {
    private static final Pattern INDEX = Pattern.compile("\\[(\\d+)]");

    /** Seconds of all of them. */
    public double seconds() {
        return count * first.seconds();
    }

    /** Bytes that one device sends for all of them. */
    public long wireBytes() {
        return count * first.wireBytes();
    }

    /** What is alike, in order of the first of each. */
    public static List<CommunicationGroup> of(List<Communication> communications) {
        Map<Communication, List<String>> alike = new LinkedHashMap<>();
        Map<Communication, Communication> firsts = new LinkedHashMap<>();
        for (Communication communication : communications) {
            Communication key =
                    communication.named(INDEX.matcher(communication.name()).replaceAll("[*]"));
            firsts.putIfAbsent(key, communication);
            alike.computeIfAbsent(key, k -> new ArrayList<>()).add(communication.name());
        }
        List<CommunicationGroup> groups = new ArrayList<>();
        alike.forEach((key, names) -> groups.add(new CommunicationGroup(
                firsts.getOrDefault(key, key), name(names, key.name()), key.times() * names.size())));
        return List.copyOf(groups);
    }

    private static String name(List<String> names, String starred) {
        String first = names.get(0);
        if (names.size() == 1) {
            return first;
        }
        Matcher index = INDEX.matcher(first);
        if (!index.find()) {
            return first;
        }
        long from = Long.parseLong(index.group(1));
        String before = first.substring(0, index.start(1));
        String after = first.substring(index.end(1));
        for (int i = 1; i < names.size(); i++) {
            if (!names.get(i).equals(before + (from + i) + after)) {
                return starred;
            }
        }
        return before + from + ".." + (from + names.size() - 1) + after;
    }
}
