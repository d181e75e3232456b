package dev.ashlar.processor.pointwise;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Derives gradients by the chain rule, from the result to the inputs. What lies between is computed again from the inputs. */
public final class Derivative {
    private final Term root;
    private final SortedMap<Integer, Term> gradients = new TreeMap<>();

    private Derivative(Term root) {
        this.root = root;
    }

    /** The gradients of all inputs that a term reads, by input. */
    public static SortedMap<Integer, Term> of(Term term) {
        Derivative derivative = new Derivative(term);
        derivative.pass(term, new Term.Gradient());
        return derivative.gradients;
    }

    private void pass(Term term, Term gradient) {
        if (term instanceof Term.Input input) {
            gradients.merge(input.index(), gradient, (a, b) -> Term.of(Function.ADD, a, b));
        } else if (term instanceof Term.Apply apply) {
            pass(apply, gradient);
        }
    }

    private void pass(Term.Apply apply, Term gradient) {
        List<Term> x = apply.arguments();
        switch (apply.function()) {
            case ADD -> x.forEach(a -> pass(a, gradient));
            case MULTIPLY -> {
                pass(x.get(0), Term.of(Function.MULTIPLY, gradient, x.get(1)));
                pass(x.get(1), Term.of(Function.MULTIPLY, gradient, x.get(0)));
            }
            case SCALE, DROPOUT ->
                pass(x.get(0), new Term.Apply(apply.function(), List.of(gradient), apply.constant()));
            case GELU -> pass(x.get(0), Term.of(Function.GELU_GRADIENT, gradient, x.get(0)));
            case GELU_TANH -> pass(x.get(0), Term.of(Function.GELU_TANH_GRADIENT, gradient, x.get(0)));
            case SILU -> pass(x.get(0), Term.of(Function.SILU_GRADIENT, gradient, x.get(0)));
            case RELU -> pass(x.get(0), Term.of(Function.RELU_GRADIENT, gradient, made(apply)));
            case TANH -> pass(x.get(0), Term.of(Function.TANH_GRADIENT, gradient, made(apply)));
            case SIGMOID -> pass(x.get(0), Term.of(Function.SIGMOID_GRADIENT, gradient, made(apply)));
            default -> throw new IllegalArgumentException(apply.function() + " is not differentiated");
        }
    }

    /** The result itself is there already where it is what is asked for. */
    private Term made(Term term) {
        return term.equals(root) ? new Term.Result() : term;
    }
}
