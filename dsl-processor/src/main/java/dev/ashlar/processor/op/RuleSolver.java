package dev.ashlar.processor.op;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Solves a rule without {@code *} for the size of every axis. */
final class RuleSolver {
    private static final int ATTRIBUTE = -1;

    private final Rule rule;
    private final Map<String, Dim> axes;
    private final Map<String, Integer> origins = new HashMap<>();
    private final List<Open> open = new ArrayList<>();
    private final Map<String, RuleExpression> expressions;
    private List<TensorType> inputs = List.of();

    /** A product of which more than one factor was unknown when it was read. */
    private record Open(RuleDim.Product product, Dim dim, int operand) {}

    RuleSolver(Rule rule, Map<String, Dim> sizes) {
        this.rule = rule;
        this.axes = new HashMap<>(sizes);
        this.expressions = new LinkedHashMap<>(rule.expressions());
    }

    Rule.Inference solve(List<TensorType> known, List<TensorType> outputs) throws RuleMismatch {
        inputs = known;
        try {
            for (int i = 0; i < known.size(); i++) {
                match(rule.operands().get(i), known.get(i), i);
            }
            for (int i = 0; i < outputs.size(); i++) {
                match(rule.outputs().get(i), outputs.get(i), 0);
            }
            boolean progress = true;
            while (progress) {
                progress = factors();
                progress |= expressions();
            }
            for (Open product : open) {
                throw ambiguous(product);
            }
            return new Rule.Inference(shapes(rule.operands()), shapes(rule.outputs()), axes, rule);
        } catch (ArithmeticException e) {
            throw new RuleMismatch(0, 0, "the sizes are too large: a tensor would have more than 2^63 elements");
        }
    }

    private void match(RuleTensor tensor, TensorType type, int operand) throws RuleMismatch {
        List<RuleDim> shape = tensor.shape();
        for (int i = 0; i < shape.size(); i++) {
            Dim dim = type.dims().get(i);
            if (shape.get(i) instanceof RuleDim.Fixed fixed && fixed.size() != dim.size()) {
                throw new RuleMismatch(operand, operand, type + ": " + dim + " must be " + fixed.size());
            } else if (shape.get(i) instanceof RuleDim.Product product) {
                if (product.axes().size() == 1) {
                    bind(product.axes().get(0).name(), dim, operand);
                } else {
                    open.add(new Open(product, dim, operand));
                }
            }
        }
    }

    private void bind(String axis, Dim dim, int operand) throws RuleMismatch {
        Dim before = axes.get(axis);
        if (before == null) {
            axes.put(axis, dim);
            origins.put(axis, operand);
        } else if (before.size() != dim.size()) {
            throw contradiction(axis, dim, operand, before);
        } else if (before.name().isEmpty()) {
            axes.put(axis, dim);
        }
    }

    private RuleMismatch contradiction(String axis, Dim dim, int operand, Dim before) {
        int other = origins.getOrDefault(axis, ATTRIBUTE);
        if (other == ATTRIBUTE || other == operand) {
            return new RuleMismatch(operand, operand, inputs.get(operand) + ": " + dim + " must be " + before);
        }
        return new RuleMismatch(
                operand, other, inputs.get(operand) + " and " + inputs.get(other) + ": " + dim + " is not " + before);
    }

    /** Solves products with one unknown factor; whether there were any. */
    private boolean factors() throws RuleMismatch {
        boolean progress = false;
        for (Iterator<Open> i = open.iterator(); i.hasNext(); ) {
            Open product = i.next();
            List<String> unknown = unknown(product.product());
            if (unknown.size() < 2) {
                i.remove();
                progress = true;
                factor(product, unknown);
            }
        }
        return progress;
    }

    private void factor(Open product, List<String> unknown) throws RuleMismatch {
        List<Dim> known = product.product().axes().stream()
                .filter(a -> axes.containsKey(a.name()))
                .map(a -> axes.get(a.name()))
                .toList();
        long size = known.stream().mapToLong(Dim::size).reduce(1, Math::multiplyExact);
        if (unknown.isEmpty()) {
            if (size != product.dim().size()) {
                throw new RuleMismatch(
                        product.operand(),
                        product.operand(),
                        type(product) + ": " + product.dim() + " must be " + listed(known, " times "));
            }
        } else if (product.dim().size() % size != 0) {
            throw new RuleMismatch(
                    product.operand(),
                    product.operand(),
                    type(product) + ": " + product.dim() + " is not divisible by " + listed(known, " times "));
        } else {
            bind(unknown.get(0), quotient(product.dim(), known, product.dim().size() / size), product.operand());
        }
    }

    private TensorType type(Open product) {
        return inputs.get(product.operand());
    }

    private static Dim quotient(Dim dim, List<Dim> divisors, long size) {
        boolean named = simple(dim) && divisors.stream().allMatch(RuleSolver::simple);
        return named ? new Dim(dim.name() + "/" + names(divisors, "/"), size) : Dim.of(size);
    }

    private static boolean simple(Dim dim) {
        return dim.name().matches("[A-Za-z_]\\w*");
    }

    private static String names(List<Dim> dims, String between) {
        return dims.stream().map(Dim::name).collect(Collectors.joining(between));
    }

    private static String listed(List<Dim> dims, String between) {
        return dims.stream().map(Dim::toString).collect(Collectors.joining(between));
    }

    private List<String> unknown(RuleDim.Product product) {
        return product.axes().stream()
                .map(Axis::name)
                .filter(a -> !axes.containsKey(a))
                .toList();
    }

    /** Evaluates expressions whose names are all known; whether there were any. */
    private boolean expressions() throws RuleMismatch {
        boolean progress = false;
        for (Iterator<Map.Entry<String, RuleExpression>> i =
                        expressions.entrySet().iterator();
                i.hasNext(); ) {
            Map.Entry<String, RuleExpression> next = i.next();
            if (axes.keySet().containsAll(next.getValue().names())) {
                i.remove();
                progress = true;
                evaluate(next.getKey(), next.getValue());
            }
        }
        return progress;
    }

    private void evaluate(String axis, RuleExpression expression) throws RuleMismatch {
        int operand = expression.names().stream()
                .filter(origins::containsKey)
                .map(origins::get)
                .findFirst()
                .orElse(0);
        long size = expression.value(axes);
        if (size <= 0) {
            String where = expression.names().stream()
                    .map(n -> n + "=" + new RuleExpression.Name(n).value(axes))
                    .collect(Collectors.joining(", "));
            throw new RuleMismatch(
                    operand,
                    operand,
                    inputs.get(operand) + " is too small: the result would have size " + expression + " = " + size
                            + (where.isEmpty() ? "" : " with " + where));
        }
        bind(axis, Dim.of(size), operand);
    }

    private RuleMismatch ambiguous(Open product) {
        String names = String.join("' and '", unknown(product.product()));
        return new RuleMismatch(
                product.operand(),
                product.operand(),
                type(product) + ": the factors '" + names + "' of " + product.dim()
                        + " cannot be told apart; give the size of all but one");
    }

    private List<List<Dim>> shapes(List<RuleTensor> tensors) {
        List<List<Dim>> shapes = new ArrayList<>();
        for (RuleTensor tensor : tensors) {
            shapes.add(tensor.shape().stream().map(this::dim).toList());
        }
        return shapes;
    }

    private Dim dim(RuleDim dim) {
        if (dim instanceof RuleDim.Fixed fixed) {
            return Dim.of(fixed.size());
        }
        List<Dim> factors =
                ((RuleDim.Product) dim).axes().stream().map(this::size).toList();
        if (factors.size() == 1) {
            return factors.get(0);
        }
        long size = factors.stream().mapToLong(Dim::size).reduce(1, Math::multiplyExact);
        return factors.stream().allMatch(RuleSolver::simple) ? new Dim(names(factors, "*"), size) : Dim.of(size);
    }

    private Dim size(Axis axis) {
        Dim dim = axes.get(axis.name());
        if (dim == null) {
            throw new IllegalStateException("'" + rule + "' leaves the size of '" + axis.name() + "' open");
        }
        return dim;
    }
}
