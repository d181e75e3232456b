package dev.ashlar.processor.plan;

import dev.ashlar.processor.diagnostic.Caret;
import dev.ashlar.processor.shard.Layout;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code "x[S0, R] weight[R, S0] -> y[S0, S1]"}. */
final class PinText {
    private static final Pattern ENTRY = Pattern.compile("\\s*(?:->|(\\w+)\\s*(\\[[^\\[\\]]*]))\\s*");

    private PinText() {}

    /**
     * Layouts by tensor, in the order of the text.
     *
     * @throws IllegalArgumentException if it cannot be read; the message says where and why
     */
    static Map<String, Layout> parse(String text) {
        Map<String, Layout> layouts = new LinkedHashMap<>();
        Matcher entry = ENTRY.matcher(text);
        int end = 0;
        while (end < text.length()) {
            if (!entry.find(end) || entry.start() != end) {
                throw new IllegalArgumentException(
                        "A strategy is written as \"x[S0, R] weight[R, S0] -> y[S0, S1]\":" + Caret.under(text, end));
            }
            if (entry.group(1) != null && layouts.put(entry.group(1), layout(text, entry)) != null) {
                throw new IllegalArgumentException(
                        "'" + entry.group(1) + "' stands here twice:" + Caret.under(text, entry.start(1)));
            }
            end = entry.end();
        }
        return layouts;
    }

    private static Layout layout(String text, Matcher entry) {
        try {
            return Layout.parse(entry.group(2));
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(wrong.getMessage() + ":" + Caret.under(text, entry.start(2)), wrong);
        }
    }
}
