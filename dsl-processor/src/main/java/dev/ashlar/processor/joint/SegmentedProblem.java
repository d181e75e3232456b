package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.Segments.Segment;
import dev.ashlar.processor.program.StepSettings;
import dev.ashlar.processor.solve.Account;
import dev.ashlar.processor.solve.Block;
import dev.ashlar.processor.solve.Problem;
import dev.ashlar.processor.solve.SegmentBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The problem of one device whose backward runs segments of repetitions again before their own (Chen et al., 2016): of a segment only what
 * its first repetition is given is kept. Repetitions of one segment are labelled alike; those behind the last segment are by themselves.
 */
public final class SegmentedProblem {
    /** With fewer repetitions segments save next to nothing. */
    private static final int LEAST_REPETITIONS = 4;

    /** A repetition of a block that the model itself uses. */
    private static final Pattern REPETITION = Pattern.compile("([^.\\[\\]]+)\\[(\\d+)\\]\\.");

    private final JointProblem joint;
    private final int first;
    private final int length;
    private final int count;
    private final Problem problem;

    /**
     * @param first piece of the first segment
     * @param length of a segment, in pieces
     * @param count of segments
     */
    private SegmentedProblem(JointProblem joint, int first, int length, int count, Block segment) {
        this.joint = joint;
        this.first = first;
        this.length = length;
        this.count = count;
        List<Block> blocks = new ArrayList<>();
        List<Template> templates = joint.templates();
        for (int b = 0; b < templates.size(); b = next(b)) {
            blocks.add(isSegment(b) ? segment : templates.get(b).block());
        }
        problem = Problem.of(blocks);
    }

    /**
     * The same with segments of about the square root of the longest row of repetitions that are alike: as many as there may be with
     * repetitions behind them, and half as many. None if no such row is long enough, or something depends on what is around it.
     *
     * @param joint of one device
     */
    public static List<SegmentedProblem> of(JointProblem joint) {
        int first = 0;
        int longest = 0;
        for (int b = 0; b < joint.pieces().size(); b++) {
            int alike = alike(joint, b);
            first = alike > longest ? b : first;
            longest = Math.max(alike, longest);
        }
        if (longest < LEAST_REPETITIONS) {
            return List.of();
        }
        Amounts amounts = Amounts.of(joint.pieces().get(first), joint.settings());
        if (!amounts.isMostAgain()) {
            return List.of();
        }
        int length = (int) Math.round(Math.sqrt(longest));
        Block segment =
                SegmentBlock.of(joint.templates().get(first).block(), length, amounts.given(), amounts.waiting());
        int all = (longest - 1) / length;
        int start = first;
        return IntStream.of(all, (all + 1) / 2)
                .distinct()
                .mapToObj(count -> new SegmentedProblem(joint, start, length, count, segment))
                .toList();
    }

    /**
     * What is there around a repetition, in bytes.
     *
     * @param given what it is given
     * @param read what of that its backward reads, whatever is made again
     * @param gradients of what it hands on
     * @param passing what only passes it, in forward alone
     * @param losses which wait for the end of backward
     */
    private record Amounts(long given, long read, long gradients, long passing, long losses) {
        static Amounts of(Piece piece, StepSettings settings) {
            return new Amounts(
                    bytes(piece.given(), settings, p -> !piece.passes(p)),
                    bytes(piece.given(), settings, p -> !piece.passes(p) && piece.readsBackward(p)),
                    bytes(
                            piece.handed(),
                            settings,
                            p -> !piece.passes(p) && p.gradient().isPresent()),
                    bytes(piece.given(), settings, piece::passes),
                    piece.laterLosses().stream()
                            .mapToLong(l -> settings.bytes(l.type()))
                            .sum());
        }

        private static long bytes(List<Port> ports, StepSettings settings, Predicate<Port> of) {
            return ports.stream()
                    .filter(of)
                    .mapToLong(p -> settings.bytes(p.tensor().type()))
                    .sum();
        }

        /** What is there where forward runs again, beyond what it knows of forward. */
        long waiting() {
            return gradients + losses - passing;
        }

        /**
         * Whether forward of a segment never has more than forward once more: there the gradients are, which are no less than what the
         * segment is given, and before its last repetition what the others keep, which is at least what they read.
         */
        boolean isMostAgain() {
            return gradients >= given && read >= passing;
        }
    }

    /** How many repetitions from a piece on are alike and stand for themselves. */
    private static int alike(JointProblem joint, int from) {
        int end = from;
        while (end < joint.pieces().size()
                && joint.templates().get(end) == joint.templates().get(from)
                && standsForItself(joint, end)) {
            end++;
        }
        return end - from;
    }

    /** What passes it is only there in forward: nothing of it is read or has a gradient. */
    private static boolean standsForItself(JointProblem joint, int b) {
        Piece piece = joint.pieces().get(b);
        return REPETITION.matcher(piece.path()).matches()
                && joint.templates().get(b).block().isApart()
                && piece.arriving().isEmpty()
                && piece.losses().isEmpty()
                && piece.behind().isEmpty()
                && piece.behindBackward().isEmpty()
                && piece.given().stream()
                        .filter(piece::passes)
                        .allMatch(p -> p.gradient().isEmpty() && !piece.reads(p));
    }

    private boolean isSegment(int piece) {
        return piece >= first && piece < first + length * count;
    }

    /** The piece behind one or behind its segment. */
    private int next(int piece) {
        return piece + (isSegment(piece) ? length : 1);
    }

    public Problem problem() {
        return problem;
    }

    /** Time of a labelling, but for that of forward of all segments once more, which is the same for all. */
    public long time(List<Integer> labels) {
        return Account.of(problem, labels).time();
    }

    /** The name of the block whose repetitions are in segments. */
    public String use() {
        return REPETITION.matcher(joint.pieces().get(first).path()).replaceFirst("$1");
    }

    /** The segments, in repetitions. */
    public List<Segment> segments() {
        long start = Long.parseLong(
                REPETITION.matcher(joint.pieces().get(first).path()).replaceFirst("$2"));
        return Stream.iterate(start, s -> s + length)
                .limit(count)
                .map(s -> new Segment(s, s + length))
                .toList();
    }

    /** The labelling of all repetitions by themselves. */
    public List<Integer> apart(List<Integer> labels) {
        Integer[] apart = new Integer[joint.problem().variables()];
        copy((of, by) -> apart[of] = labels.get(by));
        return List.of(apart);
    }

    /** The labelling that has of every segment what its first repetition has. */
    public List<Integer> together(List<Integer> labels) {
        Integer[] together = new Integer[problem.variables()];
        copy((of, by) -> together[by] = together[by] == null ? labels.get(of) : together[by]);
        return List.of(together);
    }

    /** Where a variable of the problem of all repetitions has the label of one of this problem. */
    private interface Variables {
        void pair(int of, int by);
    }

    /** By piece, from the first on. */
    private void copy(Variables variables) {
        int b = 0;
        for (int piece = 0; piece < joint.pieces().size(); piece = next(piece), b++) {
            for (int own = piece; own < next(piece); own++) {
                Block block = joint.templates().get(own).block();
                for (int node = 0; node < block.nodes(); node++) {
                    variables.pair(joint.problem().variable(own, node), problem.variable(b, node));
                }
            }
        }
    }

    /** Operators of which backward may make again what they make, in order of forward; those of a segment have one variable. */
    public List<JointProblem.Repeated> repeated() {
        int[] by = new int[joint.problem().variables()];
        copy((of, own) -> by[of] = own);
        return joint.repeated().stream()
                .map(r -> new JointProblem.Repeated(r.name(), by[r.variable()], r.again()))
                .toList();
    }
}
