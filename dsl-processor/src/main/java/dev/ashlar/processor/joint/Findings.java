package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.StepForm;
import dev.ashlar.processor.local.Parts;
import dev.ashlar.processor.program.StepSettings;
import dev.ashlar.processor.shard.Strategy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What was found for one form of the step of a model, for its other forms on the same target. */
public final class Findings {
    private final Map<Key, Routes> routes = new HashMap<>();
    private final Map<Key, Map<Menus.Key, OperatorMenu>> menus = new HashMap<>();
    private final Map<Integer, Map<Likeness, List<Strategy>>> strategies = new HashMap<>();
    private final Map<StepSettings, Map<FactFinder.Key, Facts>> facts = new HashMap<>();

    private record Key(StepSettings settings, boolean inBackward, int microBatches, long largest) {
        static Key of(StepSettings settings, StepForm form, long largest) {
            return new Key(settings, form.updateInBackward(), form.microBatches(), largest);
        }
    }

    /** Ways of tensors. */
    Routes routes(StepSettings settings, StepForm form, long largest, Parts parts) {
        return routes.computeIfAbsent(Key.of(settings, form, largest), k -> new Routes(parts, settings));
    }

    /**
     * Menus of operators, to be added to.
     *
     * @param largest how many numbers the largest parameter of the model has
     */
    Map<Menus.Key, OperatorMenu> menus(StepSettings settings, StepForm form, long largest) {
        return menus.computeIfAbsent(Key.of(settings, form, largest), k -> new HashMap<>());
    }

    /** Strategies of operators, to be added to. */
    Map<Likeness, List<Strategy>> strategies(StepSettings settings) {
        return strategies.computeIfAbsent(settings.computeBytes(), k -> new HashMap<>());
    }

    /** What they come to, to be added to. */
    Map<FactFinder.Key, Facts> facts(StepSettings settings) {
        return facts.computeIfAbsent(settings, k -> new HashMap<>());
    }
}
