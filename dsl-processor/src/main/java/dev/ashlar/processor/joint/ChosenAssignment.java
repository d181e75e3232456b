package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.Node;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.ScopeInput;
import dev.ashlar.processor.graph.ScopeOutput;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.local.Assignment;
import dev.ashlar.processor.local.Boundary;
import dev.ashlar.processor.local.ParameterStorage;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.Placement;
import dev.ashlar.processor.shard.Strategy;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Predicate;

/** What a labelling means. */
final class ChosenAssignment implements Assignment {
    private final JointProblem problem;
    private final ProblemBuilder builder;
    private final List<Integer> labels;

    ChosenAssignment(JointProblem problem, ProblemBuilder builder, List<Integer> labels) {
        this.problem = problem;
        this.builder = builder;
        this.labels = List.copyOf(labels);
    }

    /**
     * Operators that only evaluation runs do the same everywhere, but for a head that training runs as one with its loss: it takes its
     * input and its weight as those do.
     */
    @Override
    public Strategy strategy(String path, OperatorNode node) {
        int piece = problem.piece(path, node);
        if (piece < 0) {
            return problem.sharing(path, node)
                    .flatMap(other -> builder.alike(node, other, strategy(path, other)))
                    .orElseGet(() -> builder.everywhere(node));
        }
        Choices choices = problem.templates().get(piece).choices();
        OperatorNode own = choices.ofWhole(node);
        return choices.menu(own).strategies().get(problem.label(piece, choices.variable(own), labels));
    }

    /** Parameters that only evaluation reads lie as they are used. */
    @Override
    public ParameterStorage storage(String path, OperatorNode node, int parameter) {
        int piece = problem.piece(path, node);
        if (piece < 0) {
            return problem.sharing(path, node)
                    .map(o -> storage(
                            path, o, o.parameters().indexOf(node.parameters().get(parameter))))
                    .map(s -> new ParameterStorage(s.parameter(), s.state(), false))
                    .orElseGet(() -> Assignment.super.storage(path, node, parameter));
        }
        Choices choices = problem.templates().get(piece).choices();
        OperatorNode own = choices.ofWhole(node);
        return choices.menu(own)
                .stored()
                .get(problem.label(piece, choices.variable(own), labels))
                .get(problem.label(piece, choices.storage(own), labels))
                .storage()
                .get(parameter);
    }

    @Override
    public String group(Node reader, int input) {
        return builder.group(reader, input);
    }

    @Override
    public Layout input(ScopeInput input) {
        return builder.target().inputs().apply(input);
    }

    /** As it is made, partial sums added up. */
    @Override
    public Layout output(ScopeOutput output) {
        Layout made = builder.maker(output.value())
                .map(m -> strategy("", m.node()).outputs().get(m.output()))
                .orElse(Layout.replicated(builder.target().collectives().mesh().rank()));
        return new Layout(made.placements().stream()
                .map(p -> p instanceof Placement.Shard ? p : Placement.REPLICATED)
                .toList());
    }

    @Override
    public Boundary input(String path, UseNode use, int index) {
        return boundary(p -> p.startsWith(path + use.name()), c -> c.isInput(use, index), use);
    }

    @Override
    public Boundary output(String path, UseNode use, int index) {
        OptionalInt feeds = use.feeds().get(index);
        return feeds.isPresent()
                ? input(path, use, feeds.getAsInt())
                : boundary(path::equals, c -> c.isOutput(use, index), use);
    }

    /** How something passes into a piece. */
    private Boundary boundary(Predicate<String> path, Predicate<Crossing> which, UseNode use) {
        for (int b = 0; b < problem.pieces().size(); b++) {
            Piece piece = problem.pieces().get(b);
            for (Port port : piece.given()) {
                if (path.test(piece.path()) && which.test(port.crossing())) {
                    Wanted wanted = builder.wanted(port.crossing());
                    return wanted.boundaries().get(problem.label(b, wanted.variable(), labels));
                }
            }
        }
        throw new IllegalStateException("nothing passes " + use.name());
    }
}
