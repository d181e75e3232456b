package dev.ashlar.processor.op;

import dev.ashlar.processor.pointwise.Derivative;
import dev.ashlar.processor.pointwise.Function;
import dev.ashlar.processor.pointwise.KernelText;
import dev.ashlar.processor.pointwise.Linearity;
import dev.ashlar.processor.pointwise.Term;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Several functions of single elements as one: what lies between them is never in memory, and backward computes it again. Any dimension
 * may be sharded, all tensors alike.
 */
public final class PointwiseOperator implements Operator {
    /** The kind of several operators together. */
    public static final String KIND = "pointwise";

    private final String kind;
    private final Term term;
    private final int inputs;
    private final Optional<String> dropout;

    /**
     * The operator.
     *
     * @param kind of an operator alone, else {@link #KIND}
     * @param term with inputs below {@code inputs}, all of which it reads, and at most one dropout
     * @param dropout the operator whose mask that is
     */
    public PointwiseOperator(String kind, Term term, int inputs, Optional<String> dropout) {
        this.kind = kind;
        this.term = term;
        this.inputs = inputs;
        this.dropout = dropout;
    }

    /**
     * What backward reads of such an operator where all gradients are made.
     *
     * @return inputs and the result
     */
    public static Set<Term.Leaf> saved(Term term) {
        return tensors(Derivative.of(term).values()).stream()
                .filter(t -> !(t instanceof Term.Gradient))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    @Override
    public String kind() {
        return kind;
    }

    @Override
    public List<Port> ports() {
        return List.of(inputs == 1 ? Port.required("x") : Port.variadic("x"));
    }

    /** Partial sums pass through all inputs together, or through one alone. */
    @Override
    public Signature signature(Attributes attributes, int count) {
        Set<Integer> all = IntStream.range(0, inputs).boxed().collect(Collectors.toCollection(TreeSet::new));
        boolean together = inputs > 1 && Linearity.isLinear(term, all);
        String axes = dropout.isPresent() ? "x*^" : "x*";
        return Signature.of(Rule.parse(all.stream()
                .map(i -> (together ? "&" : Linearity.isLinear(term, Set.of(i)) ? "~" : "") + axes)
                .collect(Collectors.joining(", ", "", " -> " + axes))));
    }

    /** Backward computes again what lies between. */
    @Override
    public Work work(Attributes attributes, Shapes shapes) {
        int backward =
                Derivative.of(term).values().stream().mapToInt(Term::flops).sum();
        return Work.pointwise(shapes.output(), term.flops(), backward);
    }

    @Override
    public void forward(ForwardBuilder f) {
        f.output(0, made(f, term));
    }

    @Override
    public void evaluate(ForwardBuilder f) {
        f.output(0, made(f, term.evaluated()));
    }

    private Handle made(ForwardBuilder f, Term result) {
        if (result instanceof Term.Input input) {
            return f.input(input.index());
        }
        List<Handle> handles = new ArrayList<>();
        List<Term.Leaf> tensors = tensors(List.of(result));
        tensors.forEach(t -> handles.add(f.input(((Term.Input) t).index())));
        return f.call("pointwise", Result.of("", f.outputType(0)), arguments(f, List.of(result), tensors, handles));
    }

    /** Inputs whose gradients are the same term get the same tensor; one whose gradient is that of the result gets that. */
    @Override
    public void gradient(GradientBuilder g) {
        SortedMap<Integer, Term> gradients = new TreeMap<>(Derivative.of(term));
        gradients.keySet().removeIf(i -> !g.needsInput(i));
        List<Term> made = gradients.values().stream()
                .distinct()
                .filter(t -> !(t instanceof Term.Gradient))
                .toList();
        List<Handle> handles = made.isEmpty() ? List.of() : made(g, made, gradients);
        gradients.forEach((input, gradient) -> g.inputGradient(
                input, gradient instanceof Term.Gradient ? g.outputGradient(0) : handles.get(made.indexOf(gradient))));
    }

    private List<Handle> made(GradientBuilder g, List<Term> made, SortedMap<Integer, Term> gradients) {
        List<Term.Leaf> tensors = tensors(made);
        List<Handle> handles = new ArrayList<>();
        tensors.forEach(t -> handles.add(
                t instanceof Term.Input input
                        ? g.input(input.index())
                        : t instanceof Term.Result ? g.output(0) : g.outputGradient(0)));
        List<Result> results = new ArrayList<>();
        for (Term gradient : made) {
            int input = gradients.entrySet().stream()
                    .filter(e -> e.getValue().equals(gradient))
                    .mapToInt(SortedMap.Entry::getKey)
                    .min()
                    .orElseThrow();
            results.add(Result.of("x" + input + "Gradient", g.inputType(input)));
        }
        return g.calls(made.size() == 1 ? "pointwise" : "pointwiseAll", results, arguments(g, made, tensors, handles));
    }

    /** The text, where elements drop the key and the place in the whole tensor, then the tensors. */
    private Argument[] arguments(KernelBuilder b, List<Term> made, List<Term.Leaf> tensors, List<Handle> handles) {
        List<Argument> arguments = new ArrayList<>(List.of(Argument.of(KernelText.of(made, tensors))));
        if (made.stream().anyMatch(t -> t.count(Function.DROPOUT) > 0)) {
            List<String> axes = IntStream.range(0, b.outputType(0).rank())
                    .mapToObj(d -> "x" + d)
                    .toList();
            KernelBuilder.Region region = b.region(axes)
                    .orElseGet(() -> new KernelBuilder.Region(
                            Argument.of(0L), b.outputType(0).sizes()));
            arguments.addAll(List.of(b.key(dropout.orElseThrow()), region.offset(), Argument.of(region.whole())));
        }
        arguments.addAll(handles);
        return arguments.toArray(Argument[]::new);
    }

    /** What terms read: the result's gradient, inputs ascending, the result. */
    private static List<Term.Leaf> tensors(Collection<Term> terms) {
        List<Term.Leaf> tensors = new ArrayList<>();
        if (terms.stream().anyMatch(t -> t.reads(new Term.Gradient()))) {
            tensors.add(new Term.Gradient());
        }
        terms.stream()
                .flatMap(t -> t.inputs().stream())
                .distinct()
                .sorted()
                .forEach(i -> tensors.add(new Term.Input(i)));
        if (terms.stream().anyMatch(t -> t.reads(new Term.Result()))) {
            tensors.add(new Term.Result());
        }
        return tensors;
    }
}
