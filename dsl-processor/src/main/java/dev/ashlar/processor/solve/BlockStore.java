package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is worked out of blocks alone, for all problems that have them: the labels and points that matter, in which order nodes are eliminated,
 * what the tables allow. The solver and the checker each have their own.
 */
public final class BlockStore {
    private final List<Block> blocks = new ArrayList<>();
    /** By block, of which no two are equal. */
    private final Map<Block, Reduction.Kind> kinds = new HashMap<>();

    private final Map<Block, EliminationPlan> plans = new HashMap<>();
    private final CheckedShapes shapes = new CheckedShapes();

    /** The same problem, with the blocks of earlier ones where it has others that are alike. */
    Problem sharing(Problem problem) {
        List<Block> same = new ArrayList<>();
        for (int b = 0; b < problem.blocks().size(); b++) {
            boolean again = b > 0 && problem.block(b) == problem.block(b - 1);
            same.add(again ? same.get(b - 1) : known(problem.block(b)));
        }
        return Problem.of(same, problem.slowdownNumerator(), problem.slowdownDenominator());
    }

    private Block known(Block block) {
        Optional<Block> known =
                blocks.stream().filter(b -> b == block || b.isLike(block)).findFirst();
        if (known.isEmpty()) {
            blocks.add(block);
        }
        return known.orElse(block);
    }

    /** What is left of a block with all its labels. */
    Reduction.Kind kind(Block block) {
        return kinds.computeIfAbsent(block, Reduction.Kind::of);
    }

    /** @throws IllegalArgumentException if a table has too many entries */
    EliminationPlan plan(Block block) {
        return plans.computeIfAbsent(block, EliminationPlan::of);
    }

    CheckedShapes shapes() {
        return shapes;
    }
}
