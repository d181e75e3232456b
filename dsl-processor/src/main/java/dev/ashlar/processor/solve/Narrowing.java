package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Problems in which some variables may take fewer labels. Labels and variables keep their numbers. */
public final class Narrowing {
    private Narrowing() {}

    private record Key(Block block, SortedMap<Integer, BitSet> forbidden) {}

    /**
     * A problem with fewer labels. What were equal blocks are so still where they lose the same labels.
     *
     * @param allowed labels that are left, by variable; a variable that is left out keeps all
     */
    public static Problem of(Problem problem, Map<Integer, BitSet> allowed) {
        Map<Integer, SortedMap<Integer, BitSet>> byBlock = new HashMap<>();
        allowed.forEach((variable, labels) -> {
            BitSet forbidden = (BitSet) labels.clone();
            forbidden.flip(0, problem.labels(variable));
            if (!forbidden.isEmpty()) {
                int owner = problem.owner(variable);
                int node = IntStream.range(0, problem.block(owner).nodes())
                        .filter(n -> problem.variable(owner, n) == variable)
                        .findFirst()
                        .orElseThrow();
                byBlock.computeIfAbsent(owner, b -> new TreeMap<>()).put(node, forbidden);
            }
        });
        Map<Key, Block> narrowed = new HashMap<>();
        List<Block> blocks = new ArrayList<>();
        for (int b = 0; b < problem.blocks().size(); b++) {
            SortedMap<Integer, BitSet> forbidden = byBlock.getOrDefault(b, new TreeMap<>());
            Block block = problem.block(b);
            blocks.add(
                    forbidden.isEmpty()
                            ? block
                            : narrowed.computeIfAbsent(
                                    new Key(block, forbidden), k -> without(k.block(), k.forbidden())));
        }
        return Problem.of(blocks, problem.slowdownNumerator(), problem.slowdownDenominator());
    }

    private static Block without(Block block, SortedMap<Integer, BitSet> forbidden) {
        List<Factor> factors = new ArrayList<>(block.factors());
        forbidden.forEach((node, labels) -> {
            boolean[] entries = new boolean[block.labels(node)];
            labels.stream().forEach(l -> entries[l] = true);
            long[][] amounts = new long[Quantity.COUNT + block.points()][];
            Arrays.fill(amounts, Factor.none());
            factors.add(new Factor(new int[] {node}, entries.length, amounts, entries));
        });
        return block.with(factors);
    }
}
