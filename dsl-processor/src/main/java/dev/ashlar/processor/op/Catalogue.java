package dev.ashlar.processor.op;

import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The registry: which annotation is which operator. */
public final class Catalogue {
    private final Map<String, Operator> operators;
    private final Map<String, Sugar> sugars;

    private Catalogue(Map<String, Operator> operators, Map<String, Sugar> sugars) {
        this.operators = operators;
        this.sugars = sugars;
    }

    /** All operators there are. */
    public static Catalogue standard() {
        Map<String, Operator> operators = new TreeMap<>();
        Map<String, Sugar> sugars = new TreeMap<>();
        return new Catalogue(operators, sugars);
    }

    /** The operator of an annotation. */
    public Optional<Operator> operator(String annotation) {
        return Optional.ofNullable(operators.get(annotation));
    }

    /** The sugar of an annotation. */
    public Optional<Sugar> sugar(String annotation) {
        return Optional.ofNullable(sugars.get(annotation));
    }

    /** All annotations, sorted. */
    public SortedSet<String> annotations() {
        SortedSet<String> all = new TreeSet<>(operators.keySet());
        all.addAll(sugars.keySet());
        return all;
    }
}
