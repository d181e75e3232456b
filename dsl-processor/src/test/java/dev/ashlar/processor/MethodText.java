package dev.ashlar.processor;

import dev.ashlar.processor.spec.AnnotationSpec;
import dev.ashlar.processor.spec.InterfaceSpec;
import dev.ashlar.processor.spec.MethodSpec;
import dev.ashlar.processor.spec.ParameterSpec;
import dev.ashlar.processor.spec.ValueSpec;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the methods of {@link ModelSpecs}. Elements that are left out get the defaults of the real annotations. */
final class MethodText {
    private static final Pattern ANNOTATION = Pattern.compile("@(\\w+)(?:\\(((?:\"[^\"]*\"|[^)\"])*)\\))?\\s+");
    private static final Pattern ELEMENT = Pattern.compile("(?:(\\w+)\\s*=\\s*)?(\"[^\"]*\"|[^,\\s]+)");
    private static final Pattern METHOD = Pattern.compile("(\\w+)\\((.*)\\)");

    private MethodText() {}

    static InterfaceSpec read(String name, String dims, String methods) {
        List<MethodSpec> read = methods.lines()
                .filter(line -> !line.isBlank())
                .map(line -> method(name, line.strip()))
                .toList();
        ModelSpecs.At at = new ModelSpecs.At(name);
        return new InterfaceSpec("test", name, "test." + name, List.of(new ValueSpec(dims, true, at)), read, at);
    }

    private static MethodSpec method(String owner, String line) {
        List<String[]> annotations = new ArrayList<>();
        Matcher annotation = ANNOTATION.matcher(line);
        int end = 0;
        while (annotation.find() && annotation.start() == end) {
            annotations.add(new String[] {
                annotation.group(1), Optional.ofNullable(annotation.group(2)).orElse("")
            });
            end = annotation.end();
        }
        Matcher method = METHOD.matcher(line.substring(end));
        if (!method.matches()) {
            throw new IllegalArgumentException("no method: " + line);
        }
        ModelSpecs.At at = new ModelSpecs.At(owner + "." + method.group(1));
        List<ParameterSpec> parameters = Arrays.stream(method.group(2).split(","))
                .map(String::strip)
                .filter(p -> !p.isEmpty())
                .map(p -> parameter(p, at))
                .toList();
        return new MethodSpec(
                method.group(1),
                annotations.stream().map(a -> annotation(a[0], a[1], at)).toList(),
                parameters,
                at);
    }

    private static ParameterSpec parameter(String text, ModelSpecs.At method) {
        String[] parts = text.split("=");
        ModelSpecs.At at = new ModelSpecs.At(method.where() + "." + parts[0]);
        return new ParameterSpec(
                parts[0], parts.length == 1 ? Optional.empty() : Optional.of(parts[1]), Optional.empty(), at);
    }

    private static AnnotationSpec annotation(String name, String text, ModelSpecs.At at) {
        Map<String, String> given = new LinkedHashMap<>();
        Matcher element = ELEMENT.matcher(text);
        while (element.find()) {
            given.put(Optional.ofNullable(element.group(1)).orElse("value"), element.group(2));
        }
        Map<String, ValueSpec> values = new LinkedHashMap<>();
        for (Method declared : elements(name)) {
            String written = given.remove(declared.getName());
            Object value = written == null ? plain(declared.getDefaultValue(), at) : parse(written, declared, at);
            values.put(declared.getName(), new ValueSpec(value, written != null, at));
        }
        if (!given.isEmpty()) {
            throw new IllegalArgumentException("@" + name + " has no " + given.keySet());
        }
        return new AnnotationSpec(name, values, at);
    }

    private static Method[] elements(String annotation) {
        try {
            Method[] methods = Class.forName("dev.ashlar.dsl." + annotation).getDeclaredMethods();
            Arrays.sort(methods, Comparator.comparing(Method::getName));
            return methods;
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException("no annotation @" + annotation, e);
        }
    }

    private static Object parse(String written, Method element, ModelSpecs.At at) {
        String text = written.startsWith("\"") ? written.substring(1, written.length() - 1) : written;
        Class<?> type = element.getReturnType();
        if (type == int.class || type == long.class) {
            return Long.parseLong(text);
        } else if (type == double.class) {
            return Double.parseDouble(text);
        } else if (type == boolean.class) {
            return Boolean.parseBoolean(text);
        }
        return type.isArray() ? List.of(new ValueSpec(text, true, at)) : text;
    }

    private static Object plain(Object value, ModelSpecs.At at) {
        if (value instanceof Integer whole) {
            return whole.longValue();
        } else if (value instanceof Object[] values) {
            return Arrays.stream(values)
                    .map(v -> new ValueSpec(plain(v, at), false, at))
                    .toList();
        }
        return value instanceof Enum<?> constant ? constant.name() : value;
    }
}
