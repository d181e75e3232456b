package dev.ashlar.processor.graph;

import dev.ashlar.processor.op.Element;
import dev.ashlar.processor.op.PointwiseOperator;
import dev.ashlar.processor.op.TensorType;
import dev.ashlar.processor.pointwise.Derivative;
import dev.ashlar.processor.pointwise.Function;
import dev.ashlar.processor.pointwise.Term;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Puts one operator in the place of several whose results are functions of single elements, where what lies between has no other reader
 * and no block is in between. Backward computes it again from what they read: they stay apart where it would have to keep more for that.
 *
 * <p>One alone becomes such an operator too if it is a dropout, for which libtorch has no kernel that hashes, or where its gradient is that of
 * a linear's result with a bias, so that the kernel of the gradient can sum its columns as well.
 */
public final class PointwiseFusion {
    /** Tensors that a kernel reads at most, each of which takes registers. */
    private static final int MOST_INPUTS = 6;

    private final Set<OperatorNode> apart;
    private final Map<Scope, Scope> made = new IdentityHashMap<>();
    private boolean changed;

    private PointwiseFusion(Set<OperatorNode> apart) {
        this.apart = apart;
    }

    /**
     * The graph with larger operators; the same if there is nothing to put together.
     *
     * @param apart whether an operator, by its full name, has to stay apart from others
     */
    public static TrainingGraph of(TrainingGraph graph, Predicate<String> apart) {
        Scope root = graph.graph().root();
        Set<OperatorNode> kept = new HashSet<>();
        collect(root, "", apart, kept);
        PointwiseFusion fusion = new PointwiseFusion(kept);
        Scope fused = fusion.scope(root);
        return fusion.changed
                ? Autodiff.derive(graph.graph().with(fused), graph.trainable()).with(graph.form())
                : graph;
    }

    private static void collect(Scope scope, String path, Predicate<String> apart, Set<OperatorNode> kept) {
        for (Node node : scope.nodes()) {
            if (node instanceof OperatorNode operator && apart.test(path + operator.name())) {
                kept.add(operator);
            } else if (node instanceof UseNode use) {
                for (long i = 0; i < use.count(); i++) {
                    String index = use.repeats().isPresent() ? "[" + i + "]." : ".";
                    collect(use.scope(i), path + use.name() + index, apart, kept);
                }
            }
        }
    }

    private Scope scope(Scope scope) {
        Scope known = made.get(scope);
        if (known == null) {
            List<Node> nodes = new Chains(scope, apart).fused();
            List<Node> mapped = nodes.stream()
                    .map(n -> n instanceof UseNode use ? use(use) : n)
                    .toList();
            changed |= !nodes.equals(scope.nodes());
            known = mapped.equals(scope.nodes())
                    ? scope
                    : new Scope(
                            scope.typeName(),
                            scope.inputs(),
                            mapped,
                            scope.parameters(),
                            scope.outputs(),
                            scope.losses());
            made.put(scope, known);
        }
        return known;
    }

    private UseNode use(UseNode use) {
        Scope first = scope(use.scope());
        List<Scope> repetitions = use.repetitions().stream().map(this::scope).toList();
        return first == use.scope() && repetitions.equals(use.repetitions())
                ? use
                : new UseNode(
                        use.name(),
                        first,
                        use.repeats(),
                        use.shared(),
                        use.tiedTo(),
                        use.inputs(),
                        use.outputs(),
                        use.feeds(),
                        use.source(),
                        repetitions);
    }

    /** A term of tensors of the scope, in place of the operator that ends it. */
    private record Chain(OperatorNode last, Term term, List<Value> inputs, Optional<String> dropout, int operators) {
        Value output() {
            return last.outputs().get(0);
        }

        /** What backward reads. */
        Set<Value> saved() {
            return PointwiseOperator.saved(term).stream()
                    .map(leaf -> leaf instanceof Term.Input input ? inputs.get(input.index()) : output())
                    .collect(Collectors.toSet());
        }

        OperatorNode node() {
            String kind =
                    operators > 1 ? PointwiseOperator.KIND : last.operator().kind();
            PointwiseOperator operator = new PointwiseOperator(kind, term, inputs.size(), dropout);
            return new OperatorNode(
                    last.name(),
                    operator,
                    last.attributes(),
                    operator.signature(last.attributes(), inputs.size()),
                    inputs,
                    List.of(),
                    last.outputs(),
                    last.source());
        }
    }

    /** The chains of one scope. */
    private static final class Chains {
        private final Scope scope;
        private final Set<OperatorNode> apart;
        private final Map<Value, Chain> chains = new IdentityHashMap<>();
        private final Map<Value, Set<Node>> readers = new IdentityHashMap<>();
        private final Map<Value, Integer> blocksBefore = new IdentityHashMap<>();
        private final Set<Value> ends = new HashSet<>();

        Chains(Scope scope, Set<OperatorNode> apart) {
            this.scope = scope;
            this.apart = apart;
            scope.outputs().forEach(o -> ends.add(o.value()));
            scope.losses().forEach(l -> ends.add(l.value()));
            scope.nodes()
                    .forEach(n -> n.inputs()
                            .forEach(v -> readers.computeIfAbsent(v, k -> new HashSet<>())
                                    .add(n)));
        }

        List<Node> fused() {
            int blocks = 0;
            for (Node node : scope.nodes()) {
                blocks += node instanceof UseNode ? 1 : 0;
                if (node instanceof OperatorNode operator) {
                    start(operator, blocks);
                }
            }
            Set<Node> inside = new HashSet<>();
            for (Node node : scope.nodes()) {
                if (node.outputs().stream().anyMatch(v -> isInside(v))) {
                    inside.add(node);
                }
            }
            List<Node> nodes = new ArrayList<>();
            for (Node node : scope.nodes()) {
                if (!inside.contains(node)) {
                    nodes.add(node.outputs().stream()
                            .map(chains::get)
                            .filter(Objects::nonNull)
                            .filter(this::pays)
                            .findFirst()
                            .<Node>map(Chain::node)
                            .orElse(node));
                }
            }
            return nodes;
        }

        private boolean pays(Chain chain) {
            return chain.operators() > 1 || chain.dropout().isPresent() || isBehindBias(chain);
        }

        /** Whether it makes the gradient of what a linear with a bias has made, for which it alone says what that is. */
        private boolean isBehindBias(Chain chain) {
            Value input = chain.inputs().get(0);
            boolean biased = scope.nodes().stream()
                    .anyMatch(n -> n.outputs().contains(input)
                            && n instanceof OperatorNode maker
                            && maker.operator().kind().equals("linear")
                            && maker.parameters().size() > 1);
            return biased
                    && !ends.contains(input)
                    && chain.inputs().size() == 1
                    && !(Derivative.of(chain.term()).get(0) instanceof Term.Gradient)
                    && Objects.requireNonNull(readers.get(input)).size() == 1;
        }

        /** Whether the chain of its reader has taken a tensor's maker in. */
        private boolean isInside(Value value) {
            return chains.containsKey(value)
                    && readers.getOrDefault(value, Set.of()).stream()
                            .flatMap(r -> r.outputs().stream())
                            .map(chains::get)
                            .anyMatch(c -> c != null && !c.inputs().contains(value) && c.operators() > 1);
        }

        private void start(OperatorNode node, int blocks) {
            Optional<Term> term = node.part().isPresent()
                    ? Optional.empty()
                    : node.operator().pointwise(node.attributes(), node.inputs().size());
            TensorType type = node.outputs().get(0).type();
            boolean alike = type.element() == Element.COMPUTE
                    && node.inputs().stream()
                            .allMatch(v -> v.type().element() == Element.COMPUTE
                                    && v.type().sizes().equals(type.sizes()));
            if (term.isEmpty() || !alike) {
                return;
            }
            Optional<String> dropout =
                    term.get().count(Function.DROPOUT) > 0 ? Optional.of(node.name()) : Optional.empty();
            List<Value> inputs = List.copyOf(new LinkedHashSet<>(node.inputs()));
            Chain chain = new Chain(node, term.get().with(i -> input(inputs, node.inputs(), i)), inputs, dropout, 1);
            for (Value input : inputs) {
                chain = joined(input, chain, blocks).orElse(chain);
            }
            chains.put(chain.output(), chain);
            blocksBefore.put(chain.output(), blocks);
        }

        private static Term input(List<Value> all, List<Value> own, Term input) {
            return new Term.Input(all.indexOf(own.get(((Term.Input) input).index())));
        }

        /** The chain with what makes one of its inputs; empty where that has to stay apart. */
        private Optional<Chain> joined(Value input, Chain chain, int blocks) {
            Chain maker = chains.get(input);
            if (maker == null
                    || apart.contains(chain.last())
                    || apart.contains(maker.last())
                    || ends.contains(input)
                    || Objects.requireNonNull(readers.get(input)).size() > 1
                    || Objects.requireNonNull(blocksBefore.get(input)) != blocks) {
                return Optional.empty();
            }
            Set<Value> read = new LinkedHashSet<>();
            chain.inputs().forEach(v -> read.addAll(v == input ? maker.inputs() : List.of(v)));
            List<Value> inputs = List.copyOf(read);
            Term inner = maker.term().with(i -> input(inputs, maker.inputs(), i));
            Term term = chain.term()
                    .with(i -> chain.inputs().get(((Term.Input) i).index()) == input
                            ? inner
                            : input(inputs, chain.inputs(), i));
            Chain both = new Chain(
                    chain.last(),
                    term,
                    inputs,
                    chain.dropout().or(maker::dropout),
                    chain.operators() + maker.operators());
            Set<Value> saved = new HashSet<>(maker.saved());
            saved.addAll(chain.saved());
            boolean pays = inputs.size() <= MOST_INPUTS
                    && !(chain.dropout().isPresent() && maker.dropout().isPresent())
                    && both.saved().size() <= saved.size();
            return pays ? Optional.of(both) : Optional.empty();
        }
    }
}
