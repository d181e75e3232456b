package dev.ashlar.processor.op;

import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.ModelException;
import dev.ashlar.processor.diagnostic.Source;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/** Elements of an annotation, given as a map; a size is {@code "d=768"} or {@code "768"}. */
record TestAttributes(Map<String, Object> elements) implements Attributes {
    private record Place(String where) implements Source {}

    @Override
    public boolean given(String element) {
        return !text(element).isEmpty();
    }

    @Override
    public Dim size(String element) {
        return dim(text(element));
    }

    private static Dim dim(String text) {
        int equals = text.indexOf('=');
        return new Dim(equals < 0 ? text : text.substring(0, equals), Long.parseLong(text.substring(equals + 1)));
    }

    @Override
    public Map<String, Dim> sizes(String element) {
        return Arrays.stream(text(element).split(" "))
                .filter(part -> !part.isEmpty())
                .map(TestAttributes::dim)
                .collect(Collectors.toMap(Dim::name, dim -> dim));
    }

    @Override
    public boolean flag(String element) {
        return (Boolean) elements.getOrDefault(element, false);
    }

    @Override
    public double real(String element) {
        return ((Number) elements.getOrDefault(element, 0.0)).doubleValue();
    }

    @Override
    public long whole(String element) {
        return ((Number) elements.getOrDefault(element, 0)).longValue();
    }

    @Override
    public String text(String element) {
        return elements.getOrDefault(element, "").toString();
    }

    @Override
    public ModelException error(String element, Code code, String message) {
        return new ModelException(code, new Place(element), message);
    }
}
