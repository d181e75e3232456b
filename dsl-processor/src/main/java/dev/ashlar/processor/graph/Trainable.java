package dev.ashlar.processor.graph;

import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.Diagnostics;
import dev.ashlar.processor.spec.TrainSpec;
import dev.ashlar.processor.spec.ValueSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Which parameters are trained, and which of them decay, by the patterns of {@code @Train}. */
public final class Trainable {
    /** Every name of a parameter has one line. */
    private static final String ANYTHING = ".*";

    private final List<Pattern> trained;
    private final List<Pattern> noDecay;

    /** Patterns as in {@code "body.*.up.weight"}: {@code *} is one part of a name, {@code **} any number of parts. */
    public Trainable(TrainSpec train) {
        trained = patterns(train.trainable());
        noDecay = patterns(train.noDecay());
    }

    private Trainable() {
        trained = List.of();
        noDecay = List.of();
    }

    /** Nothing is trained: a plan for evaluation has neither gradients nor optimizer state. */
    public static Trainable nothing() {
        return new Trainable();
    }

    private static List<Pattern> patterns(List<ValueSpec> values) {
        return values.stream().map(v -> pattern(v.text())).toList();
    }

    private static Pattern pattern(String glob) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            if (c != '*') {
                regex.append(Pattern.quote(String.valueOf(c)));
            } else if (i + 1 < glob.length() && glob.charAt(i + 1) == '*') {
                regex.append(ANYTHING);
                i++;
            } else {
                regex.append("[^.]*");
            }
        }
        return Pattern.compile(regex.toString());
    }

    /** Whether the parameter of this full name, {@code "body.3.up.weight"}, is trained. */
    public boolean trains(String path, ScopeParameter parameter) {
        return !parameter.declaration().buffer() && matches(trained, path + parameter.name());
    }

    /** Whether weight decay applies to it. */
    public boolean decays(String path, ScopeParameter parameter) {
        return parameter.declaration().decay() && !matches(noDecay, path + parameter.name());
    }

    private static boolean matches(List<Pattern> patterns, String name) {
        for (Pattern pattern : patterns) {
            if (pattern.pattern().equals(ANYTHING) || pattern.matcher(name).matches()) {
                return true;
            }
        }
        return false;
    }

    /** One character for every parameter below a scope: what is trained there, whatever the path. */
    String signature(Scope scope, String path) {
        StringBuilder signature = new StringBuilder();
        forEach(scope, path, name -> signature.append(matches(trained, name) ? '1' : '0'));
        return signature.toString();
    }

    /** Calls {@code use} with the full name of every trainable parameter below a scope. */
    static void forEach(Scope scope, String path, Consumer<String> use) {
        for (ScopeParameter parameter : scope.parameters()) {
            if (!parameter.declaration().buffer()) {
                use.accept(path + parameter.name());
            }
        }
        for (Node node : scope.nodes()) {
            if (node instanceof UseNode block && block.tiedTo().isEmpty()) {
                long own = block.shared() ? 1 : block.count();
                for (long i = 0; i < own; i++) {
                    forEach(block.scope(i), path + instance(block, i), use);
                }
            }
        }
    }

    /** Prefix of the parameters of one repetition: {@code "body.3."}, or {@code "body."} if there is one set of them. */
    public static String instance(UseNode block, long index) {
        String owner = block.tiedTo().orElse(block.name());
        return block.repeats().isPresent() && !block.shared() ? owner + "." + index + "." : owner + ".";
    }

    /** Reports patterns that match no parameter. */
    void check(Scope root, TrainSpec train, Diagnostics diagnostics) {
        List<String> names = new ArrayList<>();
        forEach(root, "", names::add);
        for (List<ValueSpec> group : List.of(train.trainable(), train.noDecay())) {
            for (ValueSpec value : group) {
                Pattern pattern = pattern(value.text());
                if (!value.text().equals("**")
                        && names.stream().noneMatch(n -> pattern.matcher(n).matches())) {
                    diagnostics.error(
                            Code.BAD_PATTERN,
                            value.source(),
                            "The pattern \"" + value.text() + "\" matches no parameter. Parameters are, for example, "
                                    + names.stream().limit(6).collect(Collectors.joining(", ")) + ".");
                }
            }
        }
    }
}
