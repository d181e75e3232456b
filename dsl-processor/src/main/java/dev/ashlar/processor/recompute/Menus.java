package dev.ashlar.processor.recompute;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.Variant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Menus that were made: equal pieces have the same one. */
final class Menus {
    private final Map<Variant, Menu> ofBlocks = new HashMap<>();
    private final Map<OperatorNode, Menu> ofOperators = new HashMap<>();

    Menu of(Variant block) {
        return ofBlocks.computeIfAbsent(block, Menu::of);
    }

    Menu of(Variant root, List<Step.Kernel> kernels) {
        return ofOperators.computeIfAbsent(kernels.get(0).node(), first -> Menu.of(root, kernels));
    }
}
