package dev.ashlar.processor.spec;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * SHA-256 of what a model or block says, with what it inherits. Neither the order of declarations nor comments or layout count, and a
 * default that is written out is the same as one that is not.
 */
final class ContentHash {
    private ContentHash() {}

    /** 64 lower-case hex digits. */
    static String of(InterfaceSpec spec) {
        StringBuilder text = new StringBuilder(spec.qualifiedName()).append('\n');
        spec.dims().forEach(d -> text.append("dims ").append(quoted(d.text())).append('\n'));
        spec.methods().stream().sorted(Comparator.comparing(MethodSpec::name)).forEach(m -> append(m, text));
        return sha256(text.toString());
    }

    private static void append(MethodSpec method, StringBuilder text) {
        text.append(method.name());
        for (ParameterSpec parameter : method.parameters()) {
            text.append(' ').append(parameter.name()).append(" reads ").append(quoted(parameter.reads()));
            parameter.port().ifPresent(p -> text.append(" to ").append(quoted(p)));
        }
        method.annotations().stream()
                .sorted(Comparator.comparing(AnnotationSpec::name))
                .forEach(a -> append(a, text));
        text.append('\n');
    }

    private static void append(AnnotationSpec annotation, StringBuilder text) {
        text.append(" @").append(annotation.name());
        for (Map.Entry<String, ValueSpec> entry : annotation.values().entrySet()) {
            text.append(' ').append(entry.getKey()).append('=');
            append(entry.getValue(), text);
        }
    }

    private static void append(ValueSpec value, StringBuilder text) {
        if (value.value() instanceof List<?>) {
            text.append('{');
            value.entries().forEach(e -> append(e, text.append(' ')));
            text.append('}');
        } else if (value.value() instanceof AnnotationSpec annotation) {
            append(annotation, text);
        } else {
            text.append(value.value() instanceof String s ? quoted(s) : value.value());
        }
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }

    private static String sha256(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
