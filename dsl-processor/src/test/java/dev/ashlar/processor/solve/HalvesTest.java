package dev.ashlar.processor.solve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Halves of labellings come to what the whole labelling does that they make. */
final class HalvesTest {
    private static final int MOST = 12;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void comeToWhatTheyMake(int part) {
        int compared = 0;
        for (int k = 0; k < 10; k++) {
            Problem problem = RandomProblems.of(300L + 100L * part + k);
            List<int[]> some = some(problem);
            for (int[] head : some) {
                for (int[] tail : some) {
                    compared += spliced(problem, head, tail) + bridged(problem, head, tail, some);
                }
            }
        }
        assertTrue(compared > 100, "few were compared: " + compared);
    }

    /** Allowed labellings, some way apart. */
    private static List<int[]> some(Problem problem) {
        List<int[]> all = new ArrayList<>();
        Exhaustive.forEach(problem, (x, e) -> all.add(x.clone()));
        List<int[]> some = new ArrayList<>();
        for (int i = 0; i < all.size(); i += Math.max(1, all.size() / MOST)) {
            some.add(all.get(i));
        }
        return some;
    }

    private static int spliced(Problem problem, int[] head, int[] tail) {
        int compared = 0;
        for (int cut = 1; cut < problem.blocks().size(); cut++) {
            int[] joined = joined(problem, head, tail, cut);
            if (isMade(problem, head, joined, 0, cut)
                    && isMade(problem, tail, joined, cut, problem.blocks().size())) {
                assertSums(problem, joined, halves(problem, head).spliced(halves(problem, tail), cut));
                compared++;
            }
        }
        return compared;
    }

    private static int bridged(Problem problem, int[] head, int[] tail, List<int[]> middles) {
        int compared = 0;
        int n = problem.blocks().size();
        for (int b = 1; b + 1 < n; b++) {
            for (int[] middle : middles) {
                int[] joined = joined(problem, joined(problem, head, middle, b), tail, b + 1);
                if (isMade(problem, head, joined, 0, b)
                        && isMade(problem, middle, joined, b, b + 1)
                        && isMade(problem, tail, joined, b + 1, n)) {
                    long[] amounts = Evaluation.of(problem, middle).amounts(b);
                    assertSums(
                            problem, joined, halves(problem, head).bridged(problem, halves(problem, tail), b, amounts));
                    compared++;
                }
            }
        }
        return compared;
    }

    private static Halves halves(Problem problem, int[] x) {
        return Halves.of(problem, Evaluation.of(problem, x));
    }

    private static int[] joined(Problem problem, int[] head, int[] tail, int cut) {
        int[] joined = head.clone();
        for (int v = 0; v < joined.length; v++) {
            joined[v] = problem.owner(v) < cut ? head[v] : tail[v];
        }
        return joined;
    }

    /** Whether some blocks have the labels that another labelling gives them. */
    private static boolean isMade(Problem problem, int[] x, int[] joined, int from, int to) {
        for (int b = from; b < to; b++) {
            for (int node = 0; node < problem.block(b).nodes(); node++) {
                if (x[problem.variable(b, node)] != joined[problem.variable(b, node)]) {
                    return false;
                }
            }
        }
        return true;
    }

    private static void assertSums(Problem problem, int[] joined, Halves.Sums sums) {
        Evaluation whole = Evaluation.of(problem, joined);
        assertEquals(new Halves.Sums(whole.time(), whole.peak()), sums);
    }
}
