package dev.ashlar.processor.diagnostic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SuggestionsTest {
    private static final List<String> CANDIDATES = List.of("norm", "mid", "logits", "attn", "k", "ln1", "body", "form");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "logtis | Did you mean 'logits'?", // two letters swapped
                "logit | Did you mean 'logits'?",
                "lgs | ''", // half of it is missing
                "MID | Did you mean 'mid'?",
                "borm | Did you mean 'form'?", // as near as norm, and first in the alphabet
                "bodyy | Did you mean 'body'?",
                "ln | Did you mean 'ln1'?",
                "q | ''", // one letter is like any other
                "whatever | ''",
                "mid | ''", // it is right: nothing else can be meant
            })
    void namesTheNearest(String wrong, String expected) {
        String said = Suggestions.didYouMean(wrong, CANDIDATES);
        assertEquals(expected.isEmpty() ? "" : " " + expected, said);
    }
}
