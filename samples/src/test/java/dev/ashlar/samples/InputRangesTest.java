package dev.ashlar.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.launch.Ranks;
import dev.ashlar.runtime.train.InputInfo;
import dev.ashlar.samples.gpt.GptLaptopStep;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the compiler derives about ids from the operators that read them. */
final class InputRangesTest {
    @Test
    void tokensAreBelowTheVocabularyAndTargetsMayBeIgnored() {
        try (GptLaptopStep step = GptLaptopStep.open(Ranks.single(), Seed.of(1))) {
            List<InputInfo> inputs = step.plan().inputs();
            assertEquals(
                    List.of("tokens", "targets"),
                    inputs.stream().map(InputInfo::name).toList());
            assertEquals(256, inputs.get(0).exclusiveUpperBound());
            assertEquals(InputInfo.NONE, inputs.get(0).alsoAllowed());
            assertEquals(256, inputs.get(1).exclusiveUpperBound());
            assertEquals(-100, inputs.get(1).alsoAllowed());
        }
    }
}
