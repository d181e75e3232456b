package dev.ashlar.processor.graph;

import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.ModelException;
import dev.ashlar.processor.op.Axis;
import dev.ashlar.processor.op.Dim;
import dev.ashlar.processor.op.Rule;
import dev.ashlar.processor.op.RuleMismatch;
import dev.ashlar.processor.op.RuleTensor;
import dev.ashlar.processor.op.TensorType;
import dev.ashlar.processor.spec.InterfaceSpec;
import dev.ashlar.processor.spec.PlanSpec;
import dev.ashlar.processor.spec.ValueSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;

/**
 * The graph of one micro-batch: the same model with a smaller batch. It is right where every example is computed by itself, which the
 * rules of the operators say, and where losses are means that can be put together again.
 */
public final class MicroBatches {
    private final ValueSpec place;
    private final Set<Scope> checked = Collections.newSetFromMap(new IdentityHashMap<>());

    private MicroBatches(ValueSpec place) {
        this.place = place;
    }

    /**
     * What the losses of a model are means over.
     *
     * @param targets index of the input whose values count; empty if all elements do
     * @param ignored the value there that does not count
     */
    public record Counted(OptionalLong targets, long ignored) {}

    /**
     * The graph of one micro-batch; the given one if the plan has one only.
     *
     * @param whole of the whole batch
     * @param build makes the graph of other sizes
     * @throws ModelException on {@code microBatches} if the batch cannot be split like this
     */
    public static Optional<Graph> of(Graph whole, Function<PlanSpec, Optional<Graph>> build) {
        ValueSpec count = whole.spec().microBatches();
        long number = ((Number) count.value()).longValue();
        return number > 1 ? new MicroBatches(count).split(whole, number, build) : Optional.of(whole);
    }

    /**
     * The training graph of one of so many micro-batches, where the plan leaves their number open.
     *
     * @param whole of the whole batch
     * @param build makes the graph of other sizes
     * @return empty if the batch cannot be split like this
     */
    public static Optional<TrainingGraph> of(
            TrainingGraph whole, int number, Function<PlanSpec, Optional<Graph>> build) {
        try {
            return new MicroBatches(whole.graph().spec().microBatches())
                    .split(whole.graph(), number, build)
                    .map(part -> Autodiff.derive(part, whole.trainable()))
                    .map(part -> part.with(part.form().withMicroBatches(number)));
        } catch (ModelException impossible) {
            return Optional.empty();
        }
    }

    private Optional<Graph> split(Graph whole, long number, Function<PlanSpec, Optional<Graph>> build) {
        Dim batch = batch(whole.root());
        if (batch.size() % number != 0) {
            throw impossible(number + " micro-batches do not divide the batch " + batch + "; choose a divisor");
        }
        PlanSpec spec = whole.spec();
        InterfaceSpec model = spec.model();
        List<ValueSpec> dims = new ArrayList<>(model.dims());
        dims.add(new ValueSpec(batch.name() + "=" + batch.size() / number, true, place.source()));
        InterfaceSpec smaller = new InterfaceSpec(
                model.packageName(), model.simpleName(), model.qualifiedName(), dims, model.methods(), model.source());
        Optional<Graph> part = build.apply(spec.with(smaller));
        part.ifPresent(p -> {
            check(whole.root(), p.root());
            checkOutputs(whole.root(), p.root(), number);
            counted(p.root());
        });
        return part.map(p -> new Graph(spec, p.root()));
    }

    /** The first dimension of every input. */
    private Dim batch(Scope root) {
        Dim batch = Dim.of(1);
        for (ScopeInput input : root.inputs()) {
            List<Dim> dims = input.value().type().dims();
            if (dims.isEmpty() || !batch.name().isEmpty() && !dims.get(0).name().equals(batch.name())) {
                throw impossible("the input '" + input.name() + "' does not begin with the batch");
            }
            batch = dims.get(0);
        }
        if (!batch.name().matches("[A-Za-z_]\\w*")) {
            throw impossible("the inputs' first dimension has no name of its own in dims");
        }
        return batch;
    }

    private void check(Scope whole, Scope part) {
        if (!checked.add(whole)) {
            return;
        }
        for (int i = 0; i < whole.nodes().size(); i++) {
            if (whole.nodes().get(i) instanceof OperatorNode operator) {
                check(operator, (OperatorNode) part.nodes().get(i), part);
            } else if (whole.nodes().get(i) instanceof UseNode use) {
                for (long r = 0; r < use.count(); r++) {
                    check(use.scope(r), ((UseNode) part.nodes().get(i)).scope(r));
                }
            }
        }
    }

    private void check(OperatorNode whole, OperatorNode part, Scope scope) {
        boolean loss = part.operator().lossIsMean()
                && scope.losses().stream().anyMatch(l -> part.outputs().contains(l.value()));
        for (int i = 0; i < whole.parameters().size(); i++) {
            if (!whole.parameters()
                    .get(i)
                    .type()
                    .equals(part.parameters().get(i).type())) {
                throw impossible("the parameter '" + whole.parameters().get(i).name() + "' depends on the batch");
            }
        }
        Rule rule = flat(part);
        Optional<String> axis = Optional.empty();
        List<TensorType> before = types(whole);
        List<TensorType> after = types(part);
        for (int i = 0; i < before.size(); i++) {
            int dimension = changed(before.get(i), after.get(i));
            boolean output = i >= whole.inputs().size();
            if (dimension >= 0 && !loss) {
                RuleTensor tensor = output
                        ? rule.outputs().get(i - whole.inputs().size())
                        : rule.operands().get(i);
                Optional<String> own = axis(tensor, dimension);
                boolean dropout = part.operator().kind().equals("dropout") && dimension == 0;
                if (own.isEmpty() || axis.isPresent() && !axis.equals(own) || !isFree(rule, own.get(), dropout)) {
                    throw mixes(part);
                }
                axis = own;
            } else if (output && dimension < 0 && axis.isPresent()) {
                throw mixes(part);
            }
        }
    }

    private ModelException mixes(OperatorNode node) {
        return impossible("'" + node.name() + "' (" + node.operator().kind() + ") computes with the batch as a whole");
    }

    private static boolean isFree(Rule rule, String axis, boolean placed) {
        return rule.shardable(axis) && rule.mark(axis) == Axis.Mark.NONE && (placed || !rule.needsOffset(axis));
    }

    private static Rule flat(OperatorNode node) {
        try {
            return node.signature()
                    .rule()
                    .infer(
                            node.inputs().stream().map(Value::type).toList(),
                            node.signature().sizes())
                    .flat();
        } catch (RuleMismatch e) {
            throw new IllegalStateException("the shapes of " + node.name() + " were inferred before", e);
        }
    }

    private static List<TensorType> types(OperatorNode node) {
        List<TensorType> types = new ArrayList<>();
        node.inputs().forEach(v -> types.add(v.type()));
        node.outputs().forEach(v -> types.add(v.type()));
        return types;
    }

    /** The axis that comes first in a dimension. */
    private static Optional<String> axis(RuleTensor tensor, int dimension) {
        return tensor.axes()
                .map(Axis::name)
                .filter(a -> tensor.place(a).equals(Optional.of(dimension)))
                .findFirst();
    }

    /** The only dimension whose size differs; -1 if none does. */
    private int changed(TensorType whole, TensorType part) {
        int changed = -1;
        for (int d = 0; d < whole.rank(); d++) {
            if (whole.size(d) != part.size(d)) {
                if (changed >= 0) {
                    throw impossible("a tensor has the batch in two dimensions");
                }
                changed = d;
            }
        }
        return changed;
    }

    private void checkOutputs(Scope whole, Scope part, long number) {
        for (int i = 0; i < whole.outputs().size(); i++) {
            TensorType type = whole.outputs().get(i).value().type();
            TensorType smaller = part.outputs().get(i).value().type();
            if (changed(type, smaller) != 0 || type.size(0) != number * smaller.size(0)) {
                throw impossible("the output '" + whole.outputs().get(i).name() + "' does not begin with the batch");
            }
        }
    }

    /** What the losses of a model are means over, to be put together again. */
    public static Counted counted(TrainingGraph graph) {
        return new MicroBatches(graph.graph().spec().microBatches())
                .counted(graph.graph().root());
    }

    private Counted counted(Scope root) {
        List<Counted> all = new ArrayList<>();
        for (ScopeLoss loss : root.losses()) {
            Value made = original(root, loss.value());
            OperatorNode maker = root.nodes().stream()
                    .filter(n -> n.outputs().contains(made))
                    .filter(OperatorNode.class::isInstance)
                    .map(OperatorNode.class::cast)
                    .filter(n -> n.operator().lossIsMean())
                    .findFirst()
                    .orElseThrow(() -> impossible("the loss '" + loss.name() + "' is no mean over examples"));
            all.add(counted(root, maker));
        }
        if (all.stream().distinct().count() > 1) {
            throw impossible("the losses are means over different targets");
        }
        return all.isEmpty() ? new Counted(OptionalLong.empty(), 0) : all.get(0);
    }

    private Counted counted(Scope root, OperatorNode loss) {
        OptionalLong ignored = loss.operator().ignoredId(loss.attributes(), 1);
        if (ignored.isEmpty()) {
            return new Counted(OptionalLong.empty(), 0);
        }
        for (int i = 0; i < root.inputs().size(); i++) {
            if (root.inputs().get(i).value() == original(root, loss.inputs().get(1))) {
                return new Counted(OptionalLong.of(i), ignored.getAsLong());
            }
        }
        throw impossible("the targets of '" + loss.name() + "' are no input of the model");
    }

    /** What a tensor is a copy of, where devices have laid it out anew. */
    private static Value original(Scope root, Value value) {
        return root.nodes().stream()
                .filter(n -> n instanceof CopyNode copy && copy.copy() == value && copy.tensor() != value)
                .findFirst()
                .map(n -> original(root, ((CopyNode) n).tensor()))
                .orElse(value);
    }

    private ModelException impossible(String reason) {
        return new ModelException(
                Code.BAD_ATTRIBUTE,
                place.source(),
                "The batch cannot be split into " + place.value() + " micro-batches: " + reason
                        + ". Leave out 'microBatches' to run it as a whole.");
    }
}
