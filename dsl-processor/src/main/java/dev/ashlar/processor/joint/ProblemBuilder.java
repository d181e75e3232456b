package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.Node;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.ScopeInput;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.local.Boundary;
import dev.ashlar.processor.local.Fusion;
import dev.ashlar.processor.local.Parts;
import dev.ashlar.processor.local.UpdateParts;
import dev.ashlar.processor.program.KernelTables;
import dev.ashlar.processor.program.ModelParameters;
import dev.ashlar.processor.program.StepSettings;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.Strategies;
import dev.ashlar.processor.shard.Strategy;
import dev.ashlar.processor.solve.Block;
import dev.ashlar.processor.solve.BlockBuilder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;

/** Puts the problem of a model together. */
final class ProblemBuilder {
    private final TrainingGraph whole;
    private final Target target;
    private final Skeleton skeleton;
    private final StepSettings settings;
    private final long evaluationBytes;
    private final long tableBytes;
    private long staticBytes;
    private boolean updatesAtEnd;
    private final Routes routes;
    private final Menus menus;
    private final Map<Value, Layout> inputs = new HashMap<>();
    private final Map<Crossing, Set<Boundary>> passing = new LinkedHashMap<>();
    private final Map<Crossing, Wanted> crossings = new LinkedHashMap<>();
    private final Set<Crossing> keptAcross = new LinkedHashSet<>();
    private final Map<Object, Draft> drafts = new HashMap<>();

    /** A piece before its tables. */
    private record Draft(Lifetimes lifetimes, Fates fates, Choices choices, Map<Copy, Crossing> leaving) {}

    /** What makes a tensor. */
    record Maker(OperatorNode node, int output) {}

    /** @param evaluationBytes memory that is needed outside training, whatever is chosen */
    ProblemBuilder(TrainingGraph whole, Target target, long evaluationBytes) {
        this.evaluationBytes = evaluationBytes;
        this.whole = whole;
        this.target = target;
        skeleton = new Skeleton(whole);
        settings = StepSettings.of(whole.updatingAtOnce(
                UpdateParts.most(whole, target.collectives().mesh())));
        Parts parts = new Parts(target.collectives(), target.format());
        tableBytes =
                KernelTables.of(whole.graph().root(), settings.computeBytes()).bytes();
        routes = new Routes(parts, settings);
        menus = new Menus(
                skeleton,
                target.collectives().mesh(),
                new FactFinder(parts, target.costs(), settings),
                new StorageMenu(
                        routes,
                        new Reducing(
                                new Fusion(target.collectives()),
                                target.costs(),
                                whole.form().reducesAtOnce()),
                        target.collectives().mesh(),
                        target.costs(),
                        settings,
                        whole.form(),
                        largest(whole)));
        for (ScopeInput input : whole.graph().root().inputs()) {
            inputs.put(input.value(), target.inputs().apply(input));
        }
    }

    private static long largest(TrainingGraph whole) {
        return ModelParameters.of(whole).stream()
                .mapToLong(p -> p.type().elements())
                .max()
                .orElse(0);
    }

    Target target() {
        return target;
    }

    JointProblem build() throws Unplannable {
        List<Piece> pieces = Pieces.of(skeleton, target.collectives().mesh().devices() == 1);
        updatesAtEnd = !whole.form().updateInBackward() || pieces.stream().anyMatch(ProblemBuilder::leavesGradients);
        if (updatesAtEnd && whole.form().updateInBackward() && settings.updateWorkspaceBytes(1) > 0) {
            throw new Unplannable("the update of what is shared takes memory beside the gradients");
        }
        Ties ties = Ties.of(whole, pieces, skeleton, menus);
        for (int b = 0; b < pieces.size(); b++) {
            Piece piece = pieces.get(b);
            if (!drafts.containsKey(piece.like())) {
                drafts.put(piece.like(), draft(piece, b, ties));
            }
        }
        pieces.forEach(this::pass);
        for (Map.Entry<Crossing, Set<Boundary>> entry : passing.entrySet()) {
            List<Boundary> boundaries = List.copyOf(entry.getValue());
            if (boundaries.isEmpty()) {
                throw new Unplannable("nothing reads or makes " + entry.getKey());
            }
            crossings.put(
                    entry.getKey(), new Wanted(new Variable(entry.getKey().toString(), boundaries.size()), boundaries));
        }
        if (evaluationBytes > 0) {
            staticBytes = tableBytes
                    + pieces.stream().mapToLong(p -> staticBytes(draft(p))).sum();
        }
        Map<Object, Template> made = new HashMap<>();
        List<Template> templates = new ArrayList<>();
        for (int b = 0; b < pieces.size(); b++) {
            Piece piece = pieces.get(b);
            Template template = made.get(piece.like());
            if (template == null) {
                template = template(piece, draft(piece), b, ties);
                made.put(piece.like(), template);
            }
            templates.add(template);
        }
        return new JointProblem(this, pieces, templates);
    }

    private static boolean leavesGradients(Piece piece) {
        return piece.backward().stream()
                .anyMatch(s -> s instanceof Step.ParameterGradient gradient && piece.leaves(gradient));
    }

    /** Of one device, where nothing is to be chosen about it. */
    private static long staticBytes(Draft draft) {
        return draft.choices().operators().stream()
                .mapToLong(n -> draft.choices().menu(n).stored().get(0).get(0).staticBytes())
                .sum();
    }

    private Draft draft(Piece piece) {
        return Objects.requireNonNull(drafts.get(piece.like()));
    }

    private Draft draft(Piece piece, int number, Ties ties) throws Unplannable {
        boolean last = number == 0 && updatesAtEnd;
        boolean alone = target.collectives().mesh().devices() == 1;
        Fates fates = Fates.of(Units.of(piece, target.repeats(), alone));
        Lifetimes lifetimes = Lifetimes.of(piece, fates, last, number == 0 && evaluationBytes > 0, alone);
        Choices choices = new Choices();
        for (Step step : piece.forward()) {
            if (step instanceof Step.Kernel kernel && !choices.operators().contains(kernel.node())) {
                choices.add(
                        kernel.node(), menus.of(kernel.node(), piece, ties.of(number, skeleton.whole(kernel.node()))));
            }
        }
        Map<Copy, Crossing> leaving = new LinkedHashMap<>();
        for (Step step : piece.forward()) {
            if (step instanceof Step.Collective collective && collective.transfer() instanceof Marker.OfCopy of) {
                read(of.copy(), piece, choices, leaving);
            }
        }
        for (Value input : piece.arriving()) {
            choices.add(input, arrived(input));
        }
        for (Value input : piece.crossing()) {
            choices.add(input, arrived(input));
        }
        return new Draft(lifetimes, fates, choices, leaving);
    }

    private Made arrived(Value input) {
        return new Made(
                new Variable(input.name(), 1), List.of(Objects.requireNonNull(inputs.get(input))), Optional.empty());
    }

    private void read(Copy copy, Piece piece, Choices choices, Map<Copy, Crossing> leaving) throws Unplannable {
        List<Choices.Reader> operators = new ArrayList<>();
        for (Skeleton.Reader reader : skeleton.readers(copy)) {
            if (reader instanceof Skeleton.Reader.OfOperator of
                    && choices.operators().contains(of.node())) {
                operators.add(new Choices.Reader(of.node(), of.input()));
            } else if (reader instanceof Skeleton.Reader.OfUse of) {
                leaving.put(copy, crossing(piece, c -> c.use() == of.use() && !c.output() && c.index() == of.input()));
            } else if (reader instanceof Skeleton.Reader.OfOutput of) {
                leaving.put(copy, piece.handed().get(of.output()).crossing());
            } else if (reader instanceof Skeleton.Reader.OfLoss) {
                Layout replicated =
                        Layout.replicated(target.collectives().mesh().rank());
                choices.add(copy, new Wanted(new Variable("loss", 1), List.of(Boundary.of(replicated))));
            }
        }
        if (!operators.isEmpty()) {
            choices.add(copy, operators);
        }
    }

    private static Crossing crossing(Piece piece, java.util.function.Predicate<Crossing> is) {
        return piece.handed().stream()
                .map(Port::crossing)
                .filter(is)
                .findFirst()
                .orElseThrow();
    }

    /** Notes the layouts that makers and readers have for what passes in or out. */
    private void pass(Piece piece) {
        Draft draft = draft(piece);
        for (Port port : piece.given()) {
            Set<Boundary> boundaries = passing.computeIfAbsent(port.crossing(), c -> new LinkedHashSet<>());
            draft.choices().copies().stream()
                    .filter(c -> c.tensor() == port.value())
                    .forEach(c -> boundaries.addAll(draft.choices().wanted(c).boundaries()));
        }
        for (Map.Entry<Copy, Crossing> leaving : draft.leaving().entrySet()) {
            Set<Boundary> boundaries = passing.computeIfAbsent(leaving.getValue(), c -> new LinkedHashSet<>());
            draft.choices().madeHere(leaving.getKey().tensor()).ifPresent(made -> {
                for (int label = 0; label < made.layouts().size(); label++) {
                    Layout layout = made.layouts().get(label);
                    int index = label;
                    boundaries.add(made.gradients()
                            .map(g -> new Boundary(layout, g.get(index)))
                            .orElseGet(() -> Boundary.of(layout)));
                }
            });
        }
        for (Port port : piece.handed()) {
            if (!draft.lifetimes().handed(port).isEmpty()) {
                keptAcross.add(port.crossing());
            }
        }
    }

    private static List<Port> ordered(List<Port> ports) {
        List<Port> ordered = new ArrayList<>(ports);
        ordered.sort(Comparator.comparing((Port p) -> p.crossing().output())
                .thenComparingInt(p -> p.crossing().index()));
        return ordered;
    }

    private Template template(Piece piece, Draft draft, int number, Ties ties) {
        Choices choices = draft.choices();
        Lifetimes lifetimes = draft.lifetimes();
        draft.leaving().forEach((copy, crossing) -> choices.add(copy, wanted(crossing)));
        for (Port port : piece.given()) {
            Wanted how = wanted(port.crossing());
            choices.add(
                    port.value(),
                    new Made(
                            how.variable(),
                            how.boundaries().stream().map(Boundary::layout).toList(),
                            Optional.of(how.boundaries().stream()
                                    .map(Boundary::gradient)
                                    .toList())));
        }
        int points = lifetimes.moments().size();
        BlockBuilder block = Block.builder(
                piece.path().isEmpty() ? "model" : piece.path(),
                lifetimes.forwardPoints(),
                points - lifetimes.forwardPoints());
        Map<Storage, Variable> keptBefore = new HashMap<>();
        Map<Variable, Integer> nodes = new LinkedHashMap<>();
        TableWriter writer = new TableWriter(block, whole.form().microBatches());
        PieceTables tables = new PieceTables(
                lifetimes,
                choices,
                new Bytes(choices, crossings, routes, target.costs(), settings, inputs),
                new Ways(choices, routes),
                draft.fates(),
                Collections.unmodifiableMap(keptBefore),
                writer);
        for (Port port : ordered(piece.given())) {
            writer.entry(wanted(port.crossing()).variable());
            if (keptAcross.contains(port.crossing())) {
                Variable kept = new Variable("kept " + port.crossing(), 2);
                writer.entry(kept);
                keptBefore.put(lifetimes.given(port), kept);
            }
        }
        ties.crossing(number - 1).forEach(writer::entry);
        ties.from(number).forEach(writer::node);
        List<List<Lifetimes.Handed>> keeping = new ArrayList<>();
        for (Port port : ordered(piece.handed())) {
            if (keptAcross.contains(port.crossing())) {
                keeping.add(lifetimes.handed(port));
            }
        }
        addNodes(choices.own(), tables.conditions(keeping), writer);
        for (Port port : ordered(piece.handed())) {
            Variable crossing = wanted(port.crossing()).variable();
            if (!writer.has(crossing)) {
                writer.node(crossing);
            }
            block.exit(writer.nodeOf(crossing));
            if (keptAcross.contains(port.crossing())) {
                Variable kept = new Variable("keeps " + port.crossing(), 2);
                writer.node(kept);
                block.exit(writer.nodeOf(kept));
                tables.kept(kept, lifetimes.handed(port));
            }
        }
        ties.crossing(number).forEach(v -> block.exit(writer.nodeOf(v)));
        if (writer.isEmpty()) {
            writer.node(new Variable("nothing", 1));
        }
        tables.write();
        if (lifetimes.moments().get(0) instanceof Moment.Evaluation) {
            tables.atFirst(Math.max(0, evaluationBytes - staticBytes));
        }
        if (number == 0) {
            tables.always(tableBytes);
            tables.inUpdate(settings.updateWorkspaceBytes(UpdateParts.largest(whole)));
        }
        return new Template(lifetimes, draft.fates(), choices, block.build(), writer.nodes());
    }

    /** Adds nodes in order, each condition behind the last of what decides about it: searches go along the numbers of nodes. */
    private static void addNodes(List<Variable> own, Map<Variable, Set<Variable>> conditions, TableWriter writer) {
        Map<Variable, Set<Variable>> left = new LinkedHashMap<>(conditions);
        addReady(left, writer);
        for (Variable variable : own) {
            writer.node(variable);
            addReady(left, writer);
        }
        left.keySet().forEach(writer::node);
    }

    private static void addReady(Map<Variable, Set<Variable>> left, TableWriter writer) {
        List<Variable> ready;
        do {
            ready = left.entrySet().stream()
                    .filter(e -> e.getValue().stream().allMatch(v -> v.labels() == 1 || writer.has(v)))
                    .map(Map.Entry::getKey)
                    .toList();
            ready.forEach(writer::node);
            ready.forEach(left::remove);
        } while (!ready.isEmpty());
    }

    /** How a tensor passes a crossing. */
    Wanted wanted(Crossing crossing) {
        return Objects.requireNonNull(crossings.get(crossing), crossing::toString);
    }

    /** The crossing of a block in the whole graph. */
    Crossing crossing(UseNode use, boolean output, int index) {
        boolean fed = output && use.feeds().get(index).isPresent();
        int place = fed ? use.feeds().get(index).getAsInt() : index;
        return crossings.keySet().stream()
                .filter(c -> c.use() == use && c.output() == (output && !fed) && c.index() == place)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(use.name() + " has no crossing " + index));
    }

    /** The strategy in which every device does all of an operator. */
    Strategy everywhere(OperatorNode node) {
        return Strategies.of(node, target.collectives().mesh()).get(0);
    }

    /** The strategy in which an operator takes its first input and its parameters as another does that has them too. */
    Optional<Strategy> alike(OperatorNode node, OperatorNode other, Strategy strategy) {
        return Strategies.of(node, target.collectives().mesh()).stream()
                .filter(s -> s.operands().get(0).equals(strategy.operands().get(0))
                        && parameters(node, s).equals(parameters(other, strategy)))
                .findFirst();
    }

    private static List<Layout> parameters(OperatorNode node, Strategy strategy) {
        return strategy.operands()
                .subList(node.inputs().size(), strategy.operands().size());
    }

    /** What makes a tensor of the model. */
    Optional<Maker> maker(Value tensor) {
        for (Node node : whole.graph().root().nodes()) {
            if (node instanceof OperatorNode operator && operator.outputs().contains(tensor)) {
                return Optional.of(new Maker(operator, operator.outputs().indexOf(tensor)));
            }
        }
        return Optional.empty();
    }

    boolean isMoved(Choices choices, Marker marker, ToIntFunction<Variable> label) {
        return new Ways(choices, routes).of(marker, label).map(Route::moved).orElse(false);
    }
}
