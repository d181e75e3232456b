package dev.ashlar.processor.graph;

import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.ModelException;
import dev.ashlar.processor.diagnostic.Source;
import dev.ashlar.processor.op.Attributes;
import dev.ashlar.processor.op.Dim;
import dev.ashlar.processor.spec.AnnotationSpec;
import dev.ashlar.processor.spec.ValueSpec;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;

/** The elements of one annotation, with size expressions evaluated in the scope it stands in. */
final class NodeAttributes implements Attributes {
    private final AnnotationSpec annotation;
    private final Sizes sizes;

    NodeAttributes(AnnotationSpec annotation, Sizes sizes) {
        this.annotation = annotation;
        this.sizes = sizes;
    }

    /** The elements of an annotation that nobody wrote: those given, and defaults for the rest. */
    static AnnotationSpec synthetic(String annotation, Map<String, Object> elements, Source source) {
        Map<String, ValueSpec> values = new LinkedHashMap<>();
        Method[] methods = annotationType(annotation).getDeclaredMethods();
        Arrays.sort(methods, Comparator.comparing(Method::getName));
        for (Method method : methods) {
            Object given = elements.get(method.getName());
            Object value = given != null ? given : defaultOf(method);
            values.put(method.getName(), new ValueSpec(value, given != null, source));
        }
        return new AnnotationSpec(annotation, values, source);
    }

    private static Class<?> annotationType(String annotation) {
        try {
            return Class.forName("dev.ashlar.dsl." + annotation);
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException("no annotation @" + annotation, e);
        }
    }

    private static Object defaultOf(Method element) {
        Object value = element.getDefaultValue();
        if (value == null) {
            throw new IllegalArgumentException("element " + element.getName() + " has no default");
        }
        if (value instanceof Integer whole) {
            return whole.longValue();
        }
        return value instanceof Enum<?> constant ? constant.name() : value;
    }

    AnnotationSpec annotation() {
        return annotation;
    }

    private Source source(String element) {
        // Sugar that has to judge the combination of several elements blames the annotation.
        return element.isEmpty()
                ? annotation.source()
                : annotation.value(element).source();
    }

    @Override
    public boolean given(String element) {
        return !text(element).isEmpty();
    }

    @Override
    public Dim size(String element) {
        return sizes.size(text(element), source(element));
    }

    @Override
    public Map<String, Dim> sizes(String element) {
        return sizes.evaluateAll(annotation.value(element));
    }

    @Override
    public boolean flag(String element) {
        return (Boolean) annotation.value(element).value();
    }

    @Override
    public double real(String element) {
        return ((Number) annotation.value(element).value()).doubleValue();
    }

    @Override
    public long whole(String element) {
        return ((Number) annotation.value(element).value()).longValue();
    }

    @Override
    public String text(String element) {
        return annotation.value(element).text();
    }

    @Override
    public ModelException error(String element, Code code, String message) {
        return new ModelException(code, source(element), message);
    }
}
