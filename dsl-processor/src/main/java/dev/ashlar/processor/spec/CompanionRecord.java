package dev.ashlar.processor.spec;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.lang.model.element.Element;
import javax.lang.model.element.TypeElement;

/**
 * What a companion class records.
 *
 * @param version version of the record
 * @param hash hash of what the interface says
 * @param methods parameters by method, in order of declaration
 * @param uses hashes of the blocks it uses, by qualified name
 */
record CompanionRecord(long version, String hash, Map<String, List<String>> methods, Map<String, String> uses) {
    static final long VERSION = 1;

    /** The companion's simple name: the enclosing types joined by {@code _}. */
    static String simpleName(TypeElement type) {
        return flatName(type) + "Companion";
    }

    /** The companion's qualified name. */
    static String qualifiedName(Context context, TypeElement type) {
        String packageName =
                context.elements().getPackageOf(type).getQualifiedName().toString();
        return packageName.isEmpty() ? simpleName(type) : packageName + "." + simpleName(type);
    }

    /** Simple name with enclosing types, joined by {@code _}. */
    static String flatName(TypeElement type) {
        Element around = type.getEnclosingElement();
        String own = type.getSimpleName().toString();
        return around instanceof TypeElement outer ? flatName(outer) + "_" + own : own;
    }

    /** Reads a companion class; empty if it is no companion. */
    static Optional<CompanionRecord> read(Context context, TypeElement companion) {
        return Context.annotation(companion, "Companion")
                .flatMap(m -> new AnnotationReader(context).read(m, ElementSource.of(companion)))
                .map(CompanionRecord::of);
    }

    private static CompanionRecord of(AnnotationSpec a) {
        Map<String, List<String>> methods = new LinkedHashMap<>();
        for (ValueSpec line : a.value("methods").entries()) {
            String text = line.text();
            int open = text.indexOf('(');
            String list = text.substring(open + 1, text.length() - 1);
            methods.put(text.substring(0, open), list.isEmpty() ? List.of() : Arrays.asList(list.split(", ")));
        }
        Map<String, String> uses = new LinkedHashMap<>();
        for (ValueSpec line : a.value("uses").entries()) {
            String[] pair = line.text().split("=", 2);
            uses.put(pair[0], pair[1]);
        }
        return new CompanionRecord(
                (Long) a.value("version").value(), a.value("hash").text(), methods, uses);
    }

    /** The lines of element {@code methods}. */
    List<String> methodLines() {
        return methods.entrySet().stream()
                .map(e -> e.getKey() + e.getValue().stream().collect(Collectors.joining(", ", "(", ")")))
                .toList();
    }

    /** The lines of element {@code uses}. */
    List<String> useLines() {
        return uses.entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .toList();
    }
}
