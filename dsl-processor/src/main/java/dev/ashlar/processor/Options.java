package dev.ashlar.processor;

import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.Diagnostics;
import dev.ashlar.processor.diagnostic.Source;
import dev.ashlar.processor.diagnostic.Suggestions;
import java.io.File;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import javax.lang.model.SourceVersion;

/**
 * The options {@code -Aashlar.…}.
 *
 * @param plans qualified names of the plans to process, empty for all
 * @param dims sizes that replace those of models and plans
 * @param devices files with device profiles
 * @param reports {@code "html"}, {@code "json"}; empty for none
 * @param classes whether step classes are written, not only plans
 * @param cache directory that keeps what was solved before
 * @param fusion whether functions of single elements become one kernel where the device has such
 * @param explain whether every choice of the plan is told, with the best other one
 * @param verbose whether the cost table of the plan is told
 */
record Options(
        Set<String> plans,
        Optional<String> dims,
        List<String> devices,
        Set<String> reports,
        boolean classes,
        Optional<Path> cache,
        boolean fusion,
        boolean explain,
        boolean verbose) {
    /** All options there are. */
    static final Set<String> NAMES = Collections.unmodifiableSet(new TreeSet<>(Set.of(
            "ashlar.plan",
            "ashlar.dims",
            "ashlar.device",
            "ashlar.report",
            "ashlar.generate",
            "ashlar.cache",
            "ashlar.fusion",
            "ashlar.explain",
            "ashlar.verbose")));

    private static final Pattern DIMS = Pattern.compile("\\s*(\\p{Alpha}\\w*\\s*=\\s*[^\\s=]+\\s*)+");

    /** An option as a place: no compiler can point at it. */
    private record Place(String where) implements Source {}

    /** Reads the options; what is wrong is reported and left out. */
    static Options read(Map<String, String> given, Diagnostics diagnostics) {
        Map<String, String> ours = new TreeMap<>();
        given.forEach((name, value) -> {
            if (NAMES.contains(name)) {
                // The compiler gives null for an option without a value.
                ours.put(name, value == null ? "" : value.strip());
            } else if (ours(name)) {
                wrong(
                        diagnostics,
                        name,
                        "There is no option '%s'. The options are %s.%s"
                                .formatted(name, String.join(", ", NAMES), Suggestions.didYouMean(name, NAMES)));
            }
        });
        Reader reader = new Reader(ours, diagnostics);
        return new Options(
                new TreeSet<>(
                        reader.list("ashlar.plan", ",", Options::isName, "qualified names of plans, with commas")),
                reader.text("ashlar.dims", DIMS.asMatchPredicate(), "sizes such as \"batch=32 seq=128\""),
                reader.list("ashlar.device", File.pathSeparator, Options::isPath, "files with device profiles"),
                reports(reader.list(
                        "ashlar.report", ",", Set.of("html", "json", "none")::contains, "html, json or none")),
                reader.text("ashlar.generate", Set.of("plan", "step")::contains, "plan or step")
                        .map(g -> g.equals("step"))
                        .orElse(true),
                reader.text("ashlar.cache", Options::isPath, "a directory").map(Path::of),
                reader.flag("ashlar.fusion", true),
                reader.flag("ashlar.explain", false),
                reader.flag("ashlar.verbose", false));
    }

    private static Set<String> reports(List<String> given) {
        Set<String> reports = new TreeSet<>(given.isEmpty() ? List.of("html", "json") : given);
        reports.remove("none");
        return reports;
    }

    /** Whether an option is meant for this processor. */
    static boolean ours(String name) {
        return name.startsWith("ashlar.");
    }

    /** Whether a plan is to be processed. */
    boolean selects(String plan) {
        return plans.isEmpty() || plans.contains(plan);
    }

    /** Reports that option {@code ashlar.plan} names what is no plan. */
    static void noSuchPlan(String name, Set<String> plans, Diagnostics diagnostics) {
        String all =
                plans.isEmpty() ? "There are no plans here." : "The plans here are " + String.join(", ", plans) + ".";
        wrong(
                diagnostics,
                "ashlar.plan",
                "Option ashlar.plan names '%s', which is no @Plan. %s%s"
                        .formatted(name, all, Suggestions.didYouMean(name, plans)));
    }

    private static boolean isName(String text) {
        return SourceVersion.isName(text);
    }

    private static boolean isPath(String text) {
        try {
            return !Path.of(text).toString().isEmpty();
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /** The place of an option. */
    static Source place(String option) {
        return new Place("option " + option);
    }

    private static void wrong(Diagnostics diagnostics, String option, String message) {
        diagnostics.error(Code.BAD_OPTION, place(option), message);
    }

    /** Reads values of options that were given. */
    private record Reader(Map<String, String> given, Diagnostics diagnostics) {
        Optional<String> text(String option, Predicate<String> valid, String expected) {
            String value = given.get(option);
            if (value == null) {
                return Optional.empty();
            }
            if (!valid.test(value)) {
                bad(option, value, expected);
                return Optional.empty();
            }
            return Optional.of(value);
        }

        List<String> list(String option, String separator, Predicate<String> valid, String expected) {
            return text(option, value -> split(value, separator).stream().allMatch(valid), expected)
                    .map(value -> split(value, separator))
                    .orElse(List.of());
        }

        boolean flag(String option, boolean absent) {
            return text(option, Set.of("", "true", "false")::contains, "no value, true or false")
                    .map(v -> !v.equals("false"))
                    .orElse(absent);
        }

        private static List<String> split(String value, String separator) {
            return Arrays.stream(value.split(Pattern.quote(separator), -1))
                    .map(String::strip)
                    .toList();
        }

        private void bad(String option, String value, String expected) {
            wrong(
                    diagnostics,
                    option,
                    "Option %s has the value \"%s\". Give %s: -A%s=….".formatted(option, value, expected, option));
        }
    }
}
