package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.Node;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.ScopeInput;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.TrainingGraph;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Puts the problem of a model together. */
final class ProblemBuilder {
    /** Of more it takes minutes to find the best, where tensors go on past blocks. */
    private static final long MOST_WAYS = 2048;

    /** Of more on one device, which has no blocks then, it takes longer than what menus of neighbours lose. */
    private static final int MOST_UNITS = 128;

    private final TrainingGraph whole;
    private final Target target;
    private final Skeleton skeleton;
    private final StepSettings settings;
    private final boolean alone;
    private final long tableBytes;
    private final long evaluationBytes;
    /** Whether more may be needed outside training than in a step. */
    private final boolean evaluates;

    private OutsideTraining outside = OutsideTraining.always(0);

    private boolean updatesAtEnd;
    private final Routes routes;
    private final FactFinder finder;
    private final Menus menus;
    private List<Piece> pieces = List.of();
    private List<Junction> junctions = List.of();
    private Ties ties = Ties.none();
    private final Map<Value, Layout> inputs = new HashMap<>();
    private final Map<Crossing, Set<Boundary>> passing = new LinkedHashMap<>();
    private final Map<Crossing, Wanted> crossings = new LinkedHashMap<>();
    private final Set<Crossing> keptAcross = new LinkedHashSet<>();
    private final Map<Object, Draft> drafts = new HashMap<>();
    /** Of operators that are asked for. */
    private final Map<OperatorNode, List<Strategy>> strategies = new HashMap<>();

    /** What makes a tensor. */
    record Maker(OperatorNode node, int output) {}

    /** @param evaluationBytes memory that one device needs outside training, whatever is chosen */
    ProblemBuilder(TrainingGraph whole, Target target, Findings findings, long evaluationBytes) {
        this.whole = whole;
        this.target = target;
        alone = target.collectives().mesh().devices() == 1;
        this.evaluationBytes = evaluationBytes;
        // Sums of gradients, which are not there then, count as there throughout.
        evaluates = alone
                ? evaluationBytes > 0
                : whole.form().lossChunks() > 1 && !whole.form().accumulates();
        skeleton = new Skeleton(whole);
        settings = StepSettings.of(whole.updatingAtOnce(
                UpdateParts.most(whole, target.collectives().mesh())));
        Parts parts = new Parts(target.collectives(), target.format());
        tableBytes =
                KernelTables.of(whole.graph().root(), settings.computeBytes()).bytes();
        long largest = largest(whole);
        routes = findings.routes(settings, whole.form(), largest, parts);
        finder = new FactFinder(parts, target.costs(), settings, findings.facts(settings));
        menus = new Menus(
                skeleton,
                target.collectives().mesh(),
                finder,
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
                        largest),
                findings.menus(settings, whole.form(), largest),
                findings.strategies(settings));
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

    StepSettings settings() {
        return settings;
    }

    JointProblem build() throws Unplannable {
        pieces = Pieces.of(skeleton, alone);
        updatesAtEnd = !whole.form().updateInBackward() || pieces.stream().anyMatch(ProblemBuilder::leavesGradients);
        if (updatesAtEnd && whole.form().updateInBackward() && settings.updateWorkspaceBytes(1) > 0) {
            throw new Unplannable("the update of what is shared takes memory beside the gradients");
        }
        ties = Ties.of(whole, pieces, skeleton, menus);
        for (int b = 0; b < pieces.size(); b++) {
            Piece piece = pieces.get(b);
            if (!drafts.containsKey(piece.like())) {
                drafts.put(piece.like(), draft(piece, b));
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
        outside = evaluates ? outside(pieces) : outside;
        junctions = junctions(pieces);
        findKept(pieces, junctions);
        for (Junction junction : junctions) {
            requireFew(junction);
        }
        return problem(outside.atLeast());
    }

    /** The same problem, which knows more exactly what is needed outside training; empty if it knows all already. */
    Optional<JointProblem> closer() {
        return outside.isChosen() ? Optional.of(problem(outside)) : Optional.empty();
    }

    private JointProblem problem(OutsideTraining needed) {
        Templates templates =
                new Templates(whole, target, settings, routes, inputs, crossings, keptAcross, ties, tableBytes, needed);
        Map<Object, Template> made = new HashMap<>();
        List<Template> all = new ArrayList<>();
        for (int b = 0; b < pieces.size(); b++) {
            Piece piece = pieces.get(b);
            Junction before = junctions.get(b);
            Junction after = junctions.get(b + 1);
            int number = b;
            all.add(made.computeIfAbsent(
                    List.of(piece.like(), before, after),
                    like -> templates.template(piece, number, before, after, draft(piece))));
        }
        return new JointProblem(this, pieces, all, needed == outside);
    }

    private static boolean leavesGradients(Piece piece) {
        return piece.backward().stream()
                .anyMatch(s -> s instanceof Step.ParameterGradient gradient && piece.leaves(gradient));
    }

    private OutsideTraining outside(List<Piece> pieces) {
        if (alone) {
            long staticBytes =
                    pieces.stream().mapToLong(p -> staticBytes(draft(p))).sum();
            return OutsideTraining.always(Math.max(0, evaluationBytes - tableBytes - staticBytes));
        }
        return new EvaluatedHeads(this, routes, finder)
                .outsideTraining(
                        whole,
                        pieces.stream().map(p -> draft(p).choices()).toList(),
                        IntStream.range(0, pieces.size())
                                .filter(b -> pieces.get(b).path().isEmpty())
                                .boxed()
                                .toList());
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

    private Draft draft(Piece piece, int number) throws Unplannable {
        boolean last = number == 0 && updatesAtEnd;
        Units units = Units.of(piece, target.repeats(), alone);
        if (alone && units.all().size() > MOST_UNITS) {
            throw new Unplannable("a block makes more than " + MOST_UNITS + " tensors");
        }
        Fates fates = Fates.of(units);
        Lifetimes lifetimes = Lifetimes.of(piece, fates, last, number == 0 && evaluates, alone);
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
                leaving.put(copy, crossing(piece, c -> c.isInput(of.use(), of.input())));
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
                    .filter(c -> c.tensor() == port.tensor() && isChosenByReaders(port))
                    .flatMap(c -> draft.choices().wanted(c).boundaries().stream())
                    .filter(b -> port.crossing().allows(b, target.collectives().mesh()))
                    .forEach(boundaries::add);
        }
        draft.leaving().forEach((copy, crossing) -> {
            make(draft, copy.tensor(), crossing);
            piece.given().stream()
                    .filter(p -> p.tensor() == copy.tensor() && crossing.goesOn())
                    .forEach(p -> goOn(p.crossing(), crossing));
        });
        for (Port port : piece.handed()) {
            if (port.crossing().asMade()) {
                make(draft, port.tensor(), port.crossing());
            }
        }
    }

    /** What came in may go on as it came. */
    private void goOn(Crossing from, Crossing to) {
        List<Boundary> came = List.copyOf(passing.getOrDefault(from, Set.of()));
        Set<Boundary> boundaries = passing.computeIfAbsent(to, c -> new LinkedHashSet<>());
        came.stream().filter(b -> to.allows(b, target.collectives().mesh())).forEach(boundaries::add);
    }

    /** What goes on past blocks lies as it is made, if readers give nothing back that would have to be added up. */
    private static boolean isChosenByReaders(Port port) {
        return !port.crossing().goesOn()
                || (!port.crossing().asMade() && port.gradient().isPresent());
    }

    private void make(Draft draft, Value tensor, Crossing crossing) {
        Set<Boundary> boundaries = passing.computeIfAbsent(crossing, c -> new LinkedHashSet<>());
        draft.choices()
                .madeHere(tensor)
                .ifPresent(m -> m.boundaries().stream()
                        .filter(b -> crossing.allows(b, target.collectives().mesh()))
                        .forEach(boundaries::add));
    }

    /** Where it is a choice whether pieces keep what passes: where one may, and behind that as far as the tensor goes. */
    private void findKept(List<Piece> pieces, List<Junction> junctions) {
        boolean more = true;
        while (more) {
            more = false;
            for (int b = 0; b + 1 < pieces.size(); b++) {
                Piece piece = pieces.get(b);
                Lifetimes lifetimes = draft(piece).lifetimes();
                Set<Storage> kept = new HashSet<>();
                for (Port port : piece.given()) {
                    Storage given = lifetimes.given(port);
                    if (keptAcross.contains(port.crossing()) || lifetimes.mayKeep(given)) {
                        kept.add(given);
                    }
                }
                for (Port port : piece.handed()) {
                    boolean may = lifetimes.handed(port).stream()
                            .anyMatch(h -> kept.contains(h.storage()) || lifetimes.mayKeep(h.storage()));
                    boolean twin = junctions.get(b).forward().stream()
                            .anyMatch(p -> p.passing() == port.crossing()
                                    && kept.contains(lifetimes.given(Junction.port(piece.given(), p.entering()))));
                    more |= (may || twin) && keptAcross.add(port.crossing());
                }
            }
        }
    }

    /** Every way in which all passes from a piece to the next is looked at. */
    private void requireFew(Junction junction) throws Unplannable {
        long ways = 1L << (junction.forward().size() + junction.backward().size());
        for (Crossing crossing : junction.crossings()) {
            ways = Math.multiplyExact(
                    ways, wanted(crossing).variable().labels() * (keptAcross.contains(crossing) ? 2L : 1L));
        }
        if (ways > MOST_WAYS && junction.crossings().stream().anyMatch(Crossing::goesOn)) {
            throw new Unplannable("there are " + ways + " ways to lay out what passes from block to block ("
                    + junction.crossings().stream().map(Crossing::toString).collect(Collectors.joining(", "))
                    + "), which is too many; a mesh of one axis has fewer");
        }
    }

    /** The junction before every piece, and that behind the last. */
    private List<Junction> junctions(List<Piece> pieces) throws Unplannable {
        List<Junction> junctions = new ArrayList<>(List.of(Junction.NONE));
        for (int b = 1; b < pieces.size(); b++) {
            Lifetimes there = draft(pieces.get(b - 1)).lifetimes();
            junctions.add(Junction.of(
                    pieces.get(b - 1),
                    there,
                    pieces.get(b),
                    draft(pieces.get(b)).lifetimes()));
        }
        junctions.add(Junction.NONE);
        return junctions;
    }

    /** See {@link Skeleton#group}. */
    String group(Node whole, int input) {
        return skeleton.group(whole, input);
    }

    /** How a tensor passes a crossing. */
    Wanted wanted(Crossing crossing) {
        return Objects.requireNonNull(crossings.get(crossing), crossing::toString);
    }

    /** The strategy in which every device does all of an operator. */
    Strategy everywhere(OperatorNode node) {
        return strategies(node).get(0);
    }

    /** The strategy in which an operator takes its first input and its parameters as another does that has them too. */
    Optional<Strategy> alike(OperatorNode node, OperatorNode other, Strategy strategy) {
        return strategies(node).stream()
                .filter(s -> s.operands().get(0).equals(strategy.operands().get(0))
                        && parameters(node, s).equals(parameters(other, strategy)))
                .findFirst();
    }

    private List<Strategy> strategies(OperatorNode node) {
        return strategies.computeIfAbsent(
                node, n -> Strategies.of(n, target.collectives().mesh()));
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
        return new Ways(choices, routes).way(marker).of(label).map(Route::moved).orElse(false);
    }
}
