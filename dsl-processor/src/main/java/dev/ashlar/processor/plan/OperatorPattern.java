package dev.ashlar.processor.plan;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names several operators: {@code "body[*].up"}, {@code "body[0..5].attn.*"}. */
final class OperatorPattern {
    private static final Pattern TOKEN = Pattern.compile("\\[\\*]|\\[(\\d{1,9})\\.\\.(\\d{1,9})]|\\*|[^*\\[]+|\\[");
    private static final Pattern INDEX = Pattern.compile("\\[(\\d+)]");

    private final Pattern pattern;
    private final String text;

    OperatorPattern(String text) {
        this.text = text;
        StringBuilder expression = new StringBuilder();
        Matcher token = TOKEN.matcher(text);
        while (token.find()) {
            if (token.group().equals("[*]") || token.group(1) != null) {
                expression.append("\\[(\\d+)]");
            } else {
                expression.append(token.group().equals("*") ? ".*" : Pattern.quote(token.group()));
            }
        }
        pattern = Pattern.compile(expression.toString());
    }

    /** Whether it means an operator. */
    boolean matches(String operator) {
        Matcher matcher = pattern.matcher(operator);
        if (!matcher.matches()) {
            return false;
        }
        Matcher token = TOKEN.matcher(text);
        int group = 0;
        while (token.find()) {
            if (token.group().equals("[*]")) {
                group++;
            } else if (token.group(1) != null) {
                group++;
                long index = Long.parseLong(matcher.group(group));
                if (index < Long.parseLong(token.group(1)) || index > Long.parseLong(token.group(2))) {
                    return false;
                }
            }
        }
        return true;
    }

    /** A name for all repetitions: {@code "body[*].up"}. */
    static String starred(String operator) {
        return INDEX.matcher(operator).replaceAll("[*]");
    }
}
