package dev.ashlar.processor.pointwise;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The inner part of a kernel in CUDA C: {@code y0} and so on of {@code x0} and so on, elements of the tensors that it is given, one
 * statement a line. What is used twice is a variable.
 */
public final class KernelText {
    private final List<? extends Term> tensors;
    private final Set<Term> seen = new HashSet<>();
    private final Set<Term> again = new HashSet<>();
    private final Map<Term, String> variables = new HashMap<>();
    private final List<String> lines = new ArrayList<>();

    private KernelText(List<? extends Term> tensors) {
        this.tensors = tensors;
    }

    /**
     * The text.
     *
     * @param tensors what {@code x0} and so on stand for
     */
    public static String of(List<Term> results, List<? extends Term> tensors) {
        KernelText text = new KernelText(tensors);
        results.forEach(text::count);
        for (int i = 0; i < results.size(); i++) {
            String value = text.value(results.get(i));
            text.lines.add("y" + i + " = " + value + ";");
        }
        return String.join("\n", text.lines);
    }

    private void count(Term term) {
        if (term instanceof Term.Apply apply) {
            if (seen.add(term)) {
                apply.arguments().forEach(this::count);
            } else {
                again.add(term);
            }
        }
    }

    private String value(Term term) {
        if (!(term instanceof Term.Apply apply)) {
            if (!tensors.contains(term)) {
                throw new IllegalArgumentException("a kernel is not given " + term);
            }
            return "x" + tensors.indexOf(term);
        }
        if (!variables.containsKey(term) && again.contains(term)) {
            String made = call(apply);
            String variable = "t" + variables.size();
            lines.add("float " + variable + " = " + made + ";");
            variables.put(term, variable);
        }
        return again.contains(term) ? Objects.requireNonNull(variables.get(term)) : call(apply);
    }

    private String call(Term.Apply apply) {
        List<String> arguments = new ArrayList<>();
        apply.arguments().forEach(a -> arguments.add(value(a)));
        apply.constant().ifPresent(c -> arguments.add(Double.toString(c)));
        return apply.function().text() + "(" + String.join(", ", arguments) + ")";
    }
}
