package dev.ashlar.samples.gpt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.io.ByteText;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import org.junit.jupiter.api.Test;

class WordNetGlossesTest {
    @Test
    void theGlossIsWhatFollowsTheBarAndTheLicenceHasNone() throws IOException {
        String file = "  1 This software | and database  \n"
                + "00001930 03 n 01 physical_entity 0 001 @ 00001740 n 0000 | an entity; \"a | b\"  \n"
                + "00002137 03 n 01 no_gloss 0 000\n";
        assertEquals(List.of("an entity; \"a | b\""), WordNetGlosses.glosses(new StringReader(file)));
    }

    @Test
    void allOfWordNetIsOneTextWithoutRepeatedGlosses() {
        ByteText text = WordNetGlosses.read();
        byte[] bytes = new byte[text.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) text.at(i);
        }
        List<String> glosses = new String(bytes, java.nio.charset.StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertTrue(glosses.size() > 100_000, glosses.size() + " glosses");
        assertEquals(glosses.size(), glosses.stream().distinct().count());
        assertTrue(glosses.contains("an entity that has physical existence"));
        assertFalse(
                glosses.stream().anyMatch(gloss -> gloss.contains("Princeton University under the following license")));
    }
}
