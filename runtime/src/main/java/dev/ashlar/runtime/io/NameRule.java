package dev.ashlar.runtime.io;

import dev.ashlar.runtime.AshlarException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One line of a {@link NameMap}. */
final class NameRule {
    private static final String ARROW = "->";
    private static final String DROP = "drop ";
    private static final String TRANSPOSE = " transpose";
    private static final Pattern VARIABLE = Pattern.compile("\\{([A-Za-z][A-Za-z0-9]*)}");
    private static final String NAME = "[^\\s,>]+";

    private final Pattern pattern;
    private final List<String> targets;
    private final boolean transpose;

    private NameRule(Pattern pattern, List<String> targets, boolean transpose) {
        this.pattern = pattern;
        this.targets = targets;
        this.transpose = transpose;
    }

    static NameRule parse(String line) {
        if (line.startsWith(DROP)) {
            return new NameRule(pattern(line, line.substring(DROP.length()).strip()), List.of(), false);
        }
        int arrow = line.indexOf(ARROW);
        if (arrow < 0) {
            throw bad(line);
        }
        String right = line.substring(arrow + ARROW.length()).strip();
        boolean transpose = right.endsWith(TRANSPOSE);
        if (transpose) {
            right = right.substring(0, right.length() - TRANSPOSE.length());
        }
        List<String> targets =
                Arrays.stream(right.split(",", -1)).map(String::strip).toList();
        Pattern pattern = pattern(line, line.substring(0, arrow).strip());
        for (String target : targets) {
            requireName(line, target);
            requireBound(line, pattern, target);
        }
        return new NameRule(pattern, targets, transpose);
    }

    private static Pattern pattern(String line, String left) {
        requireName(line, left);
        StringBuilder regex = new StringBuilder();
        List<String> seen = new ArrayList<>();
        Matcher variable = VARIABLE.matcher(left);
        int from = 0;
        while (variable.find()) {
            regex.append(Pattern.quote(left.substring(from, variable.start())));
            String name = variable.group(1);
            // A variable that comes again must be the same text.
            regex.append(seen.contains(name) ? "\\k<" + name + ">" : "(?<" + name + ">[^.]+)");
            seen.add(name);
            from = variable.end();
        }
        regex.append(Pattern.quote(left.substring(from))).append("(?<below0>\\..+)?");
        return Pattern.compile(regex.toString());
    }

    private static void requireName(String line, String name) {
        if (!name.matches(NAME)) {
            throw bad(line);
        }
    }

    private static void requireBound(String line, Pattern pattern, String target) {
        Matcher variable = VARIABLE.matcher(target);
        while (variable.find()) {
            if (!pattern.pattern().contains("(?<" + variable.group(1) + ">")) {
                throw new AshlarException("the rule '" + line + "' of the name map uses " + variable.group()
                        + ", which is not on its left side; write it there");
            }
        }
    }

    private static AshlarException bad(String line) {
        return new AshlarException(
                "the line '" + line
                        + "' of the name map is no rule; write 'their.name -> our.name', '… transpose' behind it, or 'drop their.name'");
    }

    /** The parameters that the tensor becomes, none if it is dropped, null if this rule is not for it. */
    @Nullable
    List<TensorSource> apply(String tensor) {
        Matcher matcher = pattern.matcher(tensor);
        if (!matcher.matches()) {
            return null;
        }
        String below = matcher.group("below0") == null ? "" : matcher.group("below0");
        List<TensorSource> sources = new ArrayList<>();
        for (int part = 0; part < targets.size(); part++) {
            String parameter = VARIABLE.matcher(targets.get(part))
                            .replaceAll(v -> Matcher.quoteReplacement(matcher.group(v.group(1))))
                    + below;
            sources.add(new TensorSource(parameter, tensor, transpose, part, targets.size()));
        }
        return sources;
    }
}
