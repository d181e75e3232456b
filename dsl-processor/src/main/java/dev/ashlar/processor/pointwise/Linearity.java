package dev.ashlar.processor.pointwise;

import java.util.List;
import java.util.Set;

/** Through which inputs partial sums pass. */
public final class Linearity {
    private enum Degree {
        CONSTANT,
        LINEAR,
        OTHER
    }

    private Linearity() {}

    /** Whether a term is linear in these inputs together, the others being given. */
    public static boolean isLinear(Term term, Set<Integer> inputs) {
        return degree(term, inputs) == Degree.LINEAR;
    }

    private static Degree degree(Term term, Set<Integer> inputs) {
        if (term instanceof Term.Input input) {
            return inputs.contains(input.index()) ? Degree.LINEAR : Degree.CONSTANT;
        }
        if (!(term instanceof Term.Apply apply)) {
            return Degree.CONSTANT;
        }
        List<Degree> degrees =
                apply.arguments().stream().map(a -> degree(a, inputs)).toList();
        boolean constant = degrees.stream().allMatch(d -> d == Degree.CONSTANT);
        if (constant) {
            return Degree.CONSTANT;
        }
        boolean linear = switch (apply.function()) {
            case ADD -> degrees.stream().allMatch(d -> d == Degree.LINEAR); // a sum would count a constant once a part
            case MULTIPLY -> degrees.contains(Degree.CONSTANT) && degrees.contains(Degree.LINEAR);
            case SCALE, DROPOUT -> degrees.get(0) == Degree.LINEAR;
            default -> false;
        };
        return linear ? Degree.LINEAR : Degree.OTHER;
    }
}
