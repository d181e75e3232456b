package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.RecomputedGraph;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.graph.Variant;
import dev.ashlar.processor.local.Assignment;
import dev.ashlar.processor.program.StepSettings;
import dev.ashlar.processor.shard.Collectives;
import dev.ashlar.processor.shard.Strategy;
import dev.ashlar.processor.solve.Account;
import dev.ashlar.processor.solve.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** All ways to lay out the training step of a model on a mesh, as a problem for the solver. Memory is in bytes, time in 2⁻²⁰ ns. */
public final class JointProblem {
    private final List<Piece> pieces;
    private final List<Template> templates;
    private final Problem problem;
    private final ProblemBuilder builder;
    private final boolean close;

    /** @param close whether no problem knows more exactly what an evaluation needs */
    JointProblem(ProblemBuilder builder, List<Piece> pieces, List<Template> templates, boolean close) {
        this.builder = builder;
        this.close = close;
        this.pieces = List.copyOf(pieces);
        this.templates = List.copyOf(templates);
        problem = Problem.of(
                templates.stream().map(Template::block).toList(),
                0, // tables of compute have what it loses to each kind of communication
                1);
    }

    /**
     * The problem of a graph.
     *
     * @param whole the graph of the whole model, trained
     * @param target what it is planned for
     * @throws Unplannable if the model has a form that is not planned on meshes yet
     */
    public static JointProblem of(TrainingGraph whole, Target target) throws Unplannable {
        return of(whole, target, new Findings());
    }

    /** The same with what was found for other forms of the model's step on the target. */
    public static JointProblem of(TrainingGraph whole, Target target, Findings findings) throws Unplannable {
        return new ProblemBuilder(whole, target, findings, 0).build();
    }

    /**
     * The problem of a graph on one device: what is chosen is what backward makes again.
     *
     * @param evaluationBytes memory that is needed in any case, outside training
     * @throws Unplannable as {@link #of}
     */
    public static JointProblem ofOneDevice(TrainingGraph whole, Target target, long evaluationBytes)
            throws Unplannable {
        if (target.collectives().mesh().devices() > 1) {
            throw new IllegalArgumentException("there are several devices");
        }
        if (whole.form().accumulates() && whole.form().updateInBackward()) {
            throw new Unplannable("gradients of micro-batches are updated in backward");
        }
        requirePlain(whole.train());
        return new ProblemBuilder(whole, target, new Findings(), evaluationBytes).build();
    }

    /** Of a graph whose backward makes tensors again already nothing is left to choose. */
    private static void requirePlain(Variant variant) throws Unplannable {
        if (variant.backward().stream().anyMatch(s -> s instanceof Step.Kernel k && k.recomputed())) {
            throw new Unplannable("its backward makes tensors again already");
        }
        for (Step step : variant.forward()) {
            if (step instanceof Step.BlockForward block) {
                for (Step.Run run : block.runs()) {
                    if (run.again()) {
                        throw new Unplannable("its backward runs repetitions again already");
                    }
                    requirePlain(run.variant());
                }
            }
        }
    }

    public Problem problem() {
        return problem;
    }

    /**
     * The same, which knows more exactly what an evaluation needs; empty if this one does. It passes through all pieces, and takes the solver
     * longer.
     */
    public Optional<JointProblem> closer() {
        return close ? Optional.empty() : builder.closer();
    }

    /**
     * An operator with several strategies.
     *
     * @param name its full name
     * @param variable of the problem
     * @param strategies by label
     */
    public record Operator(String name, int variable, List<Strategy> strategies) {}

    /** The operators that have several strategies, in order of forward. */
    public List<Operator> operators() {
        List<Operator> operators = new ArrayList<>();
        for (int b = 0; b < pieces.size(); b++) {
            Template template = templates.get(b);
            for (OperatorNode node : template.choices().operators()) {
                Variable variable = template.choices().variable(node);
                if (variable.labels() > 1) {
                    operators.add(new Operator(
                            pieces.get(b).path() + node.name(),
                            problem.variable(b, template.node(variable)),
                            template.choices().menu(node).strategies()));
                }
            }
        }
        return operators;
    }

    /**
     * An operator of which backward may make again what it makes.
     *
     * @param name its full name
     * @param variable of the problem
     * @param again by label
     */
    public record Repeated(String name, int variable, List<Boolean> again) {}

    /** Operators of which backward may make again what they make, or what they view of others, in order of forward. */
    public List<Repeated> repeated() {
        List<Repeated> repeated = new ArrayList<>();
        for (int b = 0; b < pieces.size(); b++) {
            Template template = templates.get(b);
            Fates fates = template.fates();
            for (OperatorNode node : template.choices().operators()) {
                Optional<Unit> unit =
                        fates.units().of(node).filter(u -> fates.of(u).stream().anyMatch(Fate::isAgain));
                if (unit.isPresent()) {
                    Variable variable = fates.variable(unit.get());
                    repeated.add(new Repeated(
                            pieces.get(b).path() + node.name(),
                            problem.variable(b, template.node(variable)),
                            fates.of(unit.get()).stream().map(Fate::isAgain).toList()));
                }
            }
        }
        return repeated;
    }

    /** Whether anything is to be chosen. */
    public boolean hasChoices() {
        return IntStream.range(0, problem.variables()).anyMatch(v -> problem.labels(v) > 1);
    }

    /** Time of a labelling. */
    public long time(List<Integer> labels) {
        return Account.of(problem, labels).time();
    }

    /** What a labelling means. */
    public Assignment assignment(List<Integer> labels) {
        return new ChosenAssignment(this, builder, labels);
    }

    /** Seconds of a time of the problem. */
    public double seconds(long time) {
        return Collectives.seconds(time);
    }

    List<Piece> pieces() {
        return pieces;
    }

    StepSettings settings() {
        return builder.settings();
    }

    List<Template> templates() {
        return templates;
    }

    /** The label of a variable in one piece. */
    int label(int piece, Variable variable, List<Integer> labels) {
        return variable.labels() == 1
                ? 0
                : labels.get(problem.variable(piece, templates.get(piece).node(variable)));
    }

    /** What becomes of a unit of a piece. */
    Fate fate(int piece, Unit unit, List<Integer> labels) {
        Fates fates = templates.get(piece).fates();
        return fates.of(unit).get(label(piece, fates.variable(unit), labels));
    }

    /**
     * The graph of one device in which backward makes again what is not kept.
     *
     * @param local the graph laid out by {@link #assignment}
     */
    public TrainingGraph recomputed(TrainingGraph local, List<Integer> labels) {
        return RecomputedGraph.of(local, (path, variant) -> {
            Dropped dropped = new Dropped();
            for (int b = 0; b < pieces.size(); b++) {
                if (pieces.get(b).path().equals(path)) {
                    int piece = b;
                    templates.get(b).fates().units().all().forEach(u -> dropped.add(u, fate(piece, u, labels)));
                }
            }
            return dropped.of(variant);
        });
    }

    /** The names of all time points, by piece: {@code "forward body[0].up"}. */
    List<List<String>> points() {
        List<List<String>> all = new ArrayList<>();
        for (int b = 0; b < pieces.size(); b++) {
            Template template = templates.get(b);
            List<String> names = new ArrayList<>();
            for (int p = 0; p < template.points().size(); p++) {
                Moment moment = template.lifetimes().moments().get(p);
                String phase = moment instanceof Moment.Update
                        ? "update "
                        : p < template.lifetimes().forwardPoints() ? "forward " : "backward ";
                String path =
                        moment instanceof Moment.Turning ? "" : pieces.get(b).path();
                names.add(phase + path + moment.at());
            }
            all.add(List.copyOf(names));
        }
        return all;
    }

    /** Whether a time point exists for a labelling: copies that are not made have none. */
    boolean isThere(int piece, int point, List<Integer> labels) {
        Template template = templates.get(piece);
        Moment moment = template.lifetimes().moments().get(point);
        if (moment instanceof Moment.Again again) {
            boolean early = again.unit().moving().isPresent()
                    && again.unit().moving().get() instanceof Marker.OfGather gather
                    && isAhead(piece, gather, labels)
                    && template.fates().units().earlier(again.call()).isPresent();
            return isAgain(piece, again.unit(), again.call(), labels) && !early;
        } else if (moment instanceof Moment.Begin begin) {
            return isAhead(piece, begin.marker(), labels)
                    && begin.unit()
                            .map(u -> isAgain(piece, u, begin.call(), labels))
                            .orElse(true);
        } else if (moment instanceof Moment.Gathering gathering
                && template.lifetimes().mayBegin(gathering.marker())
                && isAhead(piece, gathering.marker(), labels)) {
            return false;
        }
        if (moment instanceof Moment.Addition addition) {
            return addition.when().stream().anyMatch(all -> all.stream().allMatch(c -> holds(piece, c, labels)));
        }
        return Moment.marker(moment)
                .map(m -> builder.isMoved(template.choices(), m, v -> label(piece, v, labels)))
                .orElse(true);
    }

    private boolean holds(int piece, Storage.Condition condition, List<Integer> labels) {
        Storage.Condition.Moved moved = (Storage.Condition.Moved) condition;
        Choices choices = templates.get(piece).choices();
        return builder.isMoved(choices, moved.marker(), v -> label(piece, v, labels)) == moved.moved();
    }

    private boolean isAgain(int piece, Unit unit, int call, List<Integer> labels) {
        Fate fate = fate(piece, unit, labels);
        return fate.isAgain() && fate.first() == call;
    }

    private boolean isAhead(int piece, Marker.OfGather gather, List<Integer> labels) {
        Marker ahead = new Marker.OfAhead(gather.node(), gather.parameter());
        return builder.isMoved(templates.get(piece).choices(), ahead, v -> label(piece, v, labels));
    }

    /** The operator of training that has the first input and the parameters of one that only evaluation runs. */
    Optional<OperatorNode> sharing(String path, OperatorNode evaluated) {
        return IntStream.range(0, pieces.size())
                .filter(b -> pieces.get(b).path().equals(path))
                .mapToObj(b -> EvaluatedHeads.sharing(templates.get(b).choices(), evaluated))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** The piece in which an operator of the whole graph is, in a repetition; -1 if it is in none. */
    int piece(String path, OperatorNode whole) {
        for (int b = 0; b < pieces.size(); b++) {
            if (pieces.get(b).path().equals(path) && templates.get(b).choices().hasWhole(whole)) {
                return b;
            }
        }
        return -1;
    }
}
