package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * What a labelling comes to.
 *
 * @param allowed whether no table forbids it
 * @param time in 2^-20 ns; of no meaning if it is forbidden
 * @param peak the most memory at any point
 * @param memory at every point of every block
 */
public record Account(boolean allowed, long time, long peak, List<List<Long>> memory) {
    /** Copies the lists. */
    public Account {
        memory = memory.stream().map(List::copyOf).toList();
    }

    /** Adds up all tables of a problem. */
    public static Account of(Problem problem, List<Integer> labels) {
        Evaluation evaluation = Evaluation.of(
                problem, labels.stream().mapToInt(Integer::intValue).toArray());
        List<List<Long>> memory = new ArrayList<>();
        for (long[] points : evaluation.memory()) {
            memory.add(LongStream.of(points).boxed().toList());
        }
        return new Account(evaluation.time() != Evaluation.FORBIDDEN, evaluation.time(), evaluation.peak(), memory);
    }
}
